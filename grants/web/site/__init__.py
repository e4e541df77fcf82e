"""What every page shares: authorization, navigation, headers, errors and formats."""
