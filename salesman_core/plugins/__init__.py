"""The host of plugins: discovery, loading, states, calls, migrations of all owners."""

from salesman_core.plugins.dispatch import Contribution, Denied
from salesman_core.plugins.host import PluginHost, current_host
from salesman_core.plugins.states import State

__all__ = ["Contribution", "Denied", "PluginHost", "State", "current_host"]
