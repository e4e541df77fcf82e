"""Second factors: authenticator apps, passkeys, recovery codes, and devices on which none is asked for."""
