"""Charts and the map as SVG, for web pages (colours by class) and for PDF (colours as attributes)."""
