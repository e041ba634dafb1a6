"""Speaks to simrun over its WebSocket protocol; needs numpy alone.

    simrun.plant      a Python environment as the world of `simrun plant`
    simrun.env        tasks of simrun as gymnasium.Env (needs gymnasium)
    simrun.metaworld  Meta-World's tasks as worlds, and demonstrations from its experts
"""
