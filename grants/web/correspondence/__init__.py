"""Messages between an applicant and the Foundation, and internal notes."""
