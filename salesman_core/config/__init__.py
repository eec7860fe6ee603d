"""Settings: one typed schema per owner, from defaults, a file and the environment."""

from salesman_core.config.settings import CoreSettings, CoreSettingsSchema, Settings, load_settings

__all__ = ["CoreSettings", "CoreSettingsSchema", "Settings", "load_settings"]
