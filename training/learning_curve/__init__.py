"""How a candidate's accuracy grows with the rows it learns from."""
