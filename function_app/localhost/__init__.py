"""Runs the app on this machine, with Python alone: `python -m function_app.localhost`.

Serves the very `FunctionApp` that Azure indexes, over HTTP, on its timers' schedules and, where there are
any, from its queues. Keys are not asked for, as under `func start`.
"""
