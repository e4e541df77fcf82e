"""Entry points of the background processes. A job takes ids, calls one service or report, and is safe to run twice."""
