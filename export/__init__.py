"""Selected model -> bundle: text graph, conversion, calibration, quantisation, parity, reference profile."""
