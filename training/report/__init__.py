"""One page that shows how the candidates compare, which is selected and why, and what the data are like."""
