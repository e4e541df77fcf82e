"""Tags for projects: the eight activities of the mission, the focus areas and the issues.

Applicants can choose several. There is no “Other”: a text field takes themes in the applicant's own words.
"""

from __future__ import annotations

Options = tuple[tuple[str, str], ...]

ACTIVITIES: Options = (
    ("standards", "Open development of standards, administration and infrastructure"),
    ("education", "Education in developing countries"),
    ("profession", "Professional development and community"),
    ("information", "Reliable information"),
    ("forums", "Forums for discussion"),
    ("cooperation", "International cooperation and self-governance"),
    ("focal_point", "Focal point for cooperative efforts"),
    ("humanitarian", "Humanitarian, educational and societal coordination"),
)

FOCUS_AREAS: Options = (
    ("connecting", "Connecting the world"),
    ("trust", "Building trust"),
    ("security", "Improving technical security"),
    ("future", "Shaping the Internet’s future"),
)

ISSUES: Options = (
    ("building_trust", "Building trust"),
    ("community_networks", "Community networks"),
    ("connecting_the_world", "Connecting the world"),
    ("dns", "DNS"),
    ("dnssec", "DNSSEC"),
    ("encryption", "Encryption"),
    ("human_rights", "Human rights"),
    ("identity", "Identity"),
    ("technical_security", "Improving technical security"),
    ("ixps", "Internet exchange points"),
    ("governance", "Internet governance"),
    ("iot", "Internet of Things"),
    ("ipv6", "IPv6"),
    ("manrs", "MANRS"),
    ("open_standards", "Open Internet standards"),
    ("privacy", "Privacy"),
    ("bgp", "Securing BGP"),
    ("internet_future", "Shaping the Internet’s future"),
    ("tls", "TLS"),
    ("women_in_tech", "Women in tech"),
    ("ai", "Artificial intelligence (emerging)"),
    ("blockchain", "Blockchain (emerging)"),
)
