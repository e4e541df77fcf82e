"""Every kind of page in Chromium: accessibility, sizes of targets, paper."""
