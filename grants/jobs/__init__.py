"""The edge towards machines: doors that workers come in by. Ids in, one service or report called, safe to run twice."""
