"""Money: funds, awards, batches of payments, and the public figures about them."""
