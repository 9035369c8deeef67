"""Runs the app on this machine, with Python alone: `python -m function_app.localhost`.

Serves the very `FunctionApp` that Azure indexes, over HTTP and on its timers' schedules. Keys are not asked
for, as under `func start`.
"""
