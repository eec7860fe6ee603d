"""The web form of the demo company, and what it brought lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from salesman_core.toolkit import reading
from salesman_hookspecs import Demo
from salesman_leads.forms.queries import one_form
from salesman_leads.forms.service import create_form
from salesman_leads.forms.taking import Sender, take_answer
from salesman_leads.junk.judging import Arrival

FIELDS: Final = (
    ("name", True),
    ("phone", True),
    ("email", False),
    ("products", False),
    ("text", False),
)
PATIENT: Final = Arrival(seconds=40)
PROGRAM: Final = Arrival(trap="https://example.com", seconds=1)


@dataclass(frozen=True, slots=True)
class Story:
    """What stands in the form, and who sent it. Nobody is called like this on purpose.

    :param answers: what was sent, each some hours before noon of yesterday, and how:
        it is as true in the morning as in the evening.
    """

    form: dict[str, str]
    products: tuple[str, ...]
    answers: tuple[tuple[int, Arrival, dict[str, str]], ...]


RUSSIAN: Final = Story(
    form={
        "name": "Заявка с сайта",
        "heading": "Расскажите, что вам нужно",
        "button": "Отправить заявку",
        "consent": "Я согласен на обработку моих персональных данных.",
        "thanks_text": "Спасибо! Мы перезвоним в рабочее время.",
        "source": "Сайт",
    },
    products=("Гофрокороб", "Компрессоры", "Стеллажи"),
    answers=(
        (
            26,
            PATIENT,
            {
                "name": "Регина Полозова",
                "phone": "8 (976) 340-11-27",
                "products": "Стеллажи",
                "text": "Нужны стеллажи на небольшой склад, когда можно приехать на замер?",
            },
        ),
        (4, PATIENT, {"name": "Захар Ильин", "phone": "8 (976) 512-48-03"}),
        (3, PROGRAM, {"name": "Best Offer", "phone": "8 (976) 000-00-00", "text": "SEO!!!"}),
    ),
)
ENGLISH: Final = Story(
    form={
        "name": "Inquiry from the site",
        "heading": "Tell us what you need",
        "button": "Send it",
        "consent": "I agree that my personal data are processed.",
        "thanks_text": "Thank you! We will call you back in working hours.",
        "source": "Site",
    },
    products=("Corrugated boxes", "Compressors", "Racks"),
    answers=(
        (
            26,
            PATIENT,
            {
                "name": "Regina Fell",
                "phone": "+1 202 555 0161",
                "products": "Racks",
                "text": "We need racks for a small warehouse. When could you come and measure?",
            },
        ),
        (4, PATIENT, {"name": "Zachary Elms", "phone": "+1 202 555 0172"}),
        (3, PROGRAM, {"name": "Best Offer", "phone": "+1 202 555 0100", "text": "SEO!!!"}),
    ),
)


def tell(demo: Demo) -> None:
    """Build the form, and send it some times."""
    story = RUSSIAN if demo.language == "ru" else ENGLISH
    noon = datetime.combine(demo.today, time(9), UTC) - timedelta(days=1)
    with demo.at(noon - timedelta(days=30), demo.people["marketer"]):
        form_id = create_form({**_form(story), "language": demo.language})
    for hours, arrival, fields in story.answers:
        with demo.at(noon - timedelta(hours=hours), demo.people["marketer"]):
            sent = {name: [text] for name, text in {**fields, "consent": "true"}.items()}
            sender = Sender(ip="203.0.113.20", page="https://shop.example.com/contacts")
            take_answer(one_form(reading(), form_id), sent, arrival, sender)


def _form(story: Story) -> dict[str, Any]:
    fields = [
        {
            "kind": kind,
            "label": "",
            "placeholder": "",
            "required": required,
            "options": [*story.products] if kind == "products" else [],
        }
        for kind, required in FIELDS
    ]
    usual = {"thanks_url": "", "channel": "", "sites": ["https://shop.example.com"]}
    switched = {"letters": False, "active": True}
    return {**usual, **switched, **story.form, "fields": fields}
