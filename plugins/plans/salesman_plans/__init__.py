"""Plans: goals that people can see, and how far each of them is (выполнение планов)."""

from salesman_hookspecs import Plugin

plugin = Plugin(
    id="plans",
    title="Plans",
    summary="Goals of the company, of teams and people, and how far they are.",
    api=">=0.1,<1",
)
