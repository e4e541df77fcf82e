"""Charts and the map as SVG: one drawing for web pages (colours by class) and for PDF (colours as attributes)."""
