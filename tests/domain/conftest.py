"""Property tests here are repeatable and never timed: the machine may be busy."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "domain", deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("domain")
