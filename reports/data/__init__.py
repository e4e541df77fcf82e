"""Land and countries for the dot map, derived once from Natural Earth; see README.md in this folder."""
