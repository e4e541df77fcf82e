"""Tags for projects: the eight activities of the mission, the focus areas and the issues.

Applicants can choose several. There is no “Other”: a text field takes themes in the applicant's own words.
"""

from __future__ import annotations

from workflows.engine.message import N_

Options = tuple[tuple[str, str], ...]

ACTIVITIES: Options = (
    ("standards", N_("Open development of standards, administration and infrastructure")),
    ("education", N_("Education in developing countries")),
    ("profession", N_("Professional development and community")),
    ("information", N_("Reliable information")),
    ("forums", N_("Forums for discussion")),
    ("cooperation", N_("International cooperation and self-governance")),
    ("focal_point", N_("Focal point for cooperative efforts")),
    ("humanitarian", N_("Humanitarian, educational and societal coordination")),
)

FOCUS_AREAS: Options = (
    ("connecting", N_("Connecting the world")),
    ("trust", N_("Building trust")),
    ("security", N_("Improving technical security")),
    ("future", N_("Shaping the Internet’s future")),
)

ISSUES: Options = (
    ("building_trust", N_("Building trust")),
    ("community_networks", N_("Community networks")),
    ("connecting_the_world", N_("Connecting the world")),
    ("dns", N_("DNS")),
    ("dnssec", N_("DNSSEC")),
    ("encryption", N_("Encryption")),
    ("human_rights", N_("Human rights")),
    ("identity", N_("Identity")),
    ("technical_security", N_("Improving technical security")),
    ("ixps", N_("Internet exchange points")),
    ("governance", N_("Internet governance")),
    ("iot", N_("Internet of Things")),
    ("ipv6", N_("IPv6")),
    ("manrs", N_("MANRS")),
    ("open_standards", N_("Open Internet standards")),
    ("privacy", N_("Privacy")),
    ("bgp", N_("Securing BGP")),
    ("internet_future", N_("Shaping the Internet’s future")),
    ("tls", N_("TLS")),
    ("women_in_tech", N_("Women in tech")),
    ("ai", N_("Artificial intelligence (emerging)")),
    ("blockchain", N_("Blockchain (emerging)")),
)
