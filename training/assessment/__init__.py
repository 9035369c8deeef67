"""What is measured of a candidate's bundle, so that candidates can be compared fairly."""
