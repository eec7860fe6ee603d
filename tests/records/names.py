"""A company's base of names with many near neighbours, and what people type to find them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass


def _words(text: str, between: str = " ") -> list[str]:
    return text.split(between)


_PLACES = _words(
    "Север Юг Урал Волга Сибирь Дон Кама Балт Нева Алтай Онега Байкал Ямал Тверь Рязань"
)
_TRADES = _words("тех строй мет энерго агро авто мед фарм лес нефте газ хим электро транс гидро")
_ENDS = _words("пром сервис торг маш снаб монтаж инвест групп комплект проект")
_PLAIN = _words(
    "Ромашка;Зелёный берег;Чёрный лебедь;Тёплый дом;Полёт;Берёзовая роща;Новые берега;Мёд и травы;"
    "Пчёлка;Счётмаш;Лёгкая жизнь;Вега;Орион;Кристалл;Прогресс;Маяк;Родник;Самоцвет;Огонёк;Утёс",
    ";",
)
_LATIN = _words("North South Blue Silver Iron Golden Prime Global Rapid Stone Bright Clear Grand")
_LATIN_ENDS = _words("wind field stone bridge works line gate point forge craft ridge port")
_LATIN_FORMS = _words("Ltd GmbH Inc Trading Logistics Partners")
_FORMS = ("ООО «{}»", "АО «{}»", "ПАО «{}»", "{}, ООО", "ТД «{}»", 'ЗАО "{}"')
_SURNAMES = _words(
    "Иванов Петров Семёнов Кузнецов Соколов Попов Лебедев Козлов Новиков Морозов Волков Зайцев"
    " Соловьёв Васильев Голубев Виноградов Богданов Воробьёв Фёдоров Михайлов Беляев Тарасов Белов"
    " Комаров Орлов Киселёв Макаров Андреев Ковалёв Ильин Гусев Титов Кузьмин Кудрявцев Баранов"
    " Куликов Алексеев Степанов Яковлев Сорокин Сергеев Романов Захаров Борисов Королёв Герасимов"
    " Пономарёв Григорьев Лазарев Медведев Ершов Никитин Соболев Рябов Поляков Цветков Данилов"
)
_MEN = _words(
    "Александр Алексей Артём Борис Василий Виктор Глеб Дмитрий Евгений Иван Кирилл Максим"
)
_WOMEN = _words("Анна Алёна Варвара Галина Дарья Елена Жанна Ирина Ксения Любовь Мария Наталья")
_FATHERS = _words("Александр Алексей Борис Виктор Дмитрий Иван Кирилл Максим Олег Пётр Семён Фёдор")
_FIRST_LATIN = _words("Anna Boris Clara David Emma Frank Greta Henry Irene Jonas Karin Leonard")
_LAST_LATIN = _words(
    "Anderson Bergman Carlsson Donovan Eriksson Fischer Gustafson Hoffmann Ivarsson Jefferson"
    " Kowalski Lindgren Mortensen Nicholson Olofsson Petersen Robertson Schneider Thompson Wagner"
)
_GOODS = _words(
    "насосов;редукторов;подшипников;кабеля;труб;арматуры;котлов;фильтров;клапанов;станков;"
    "генераторов;трансформаторов;щитов;датчиков;муфт;цепей;ремней;смазки;краски;крепежа;"
    "погрузчиков;счётчиков;тёрок;проёмов;ковшей",
    ";",
)
_DEEDS = _words("Поставка Монтаж Ремонт Замена Поверка Обслуживание")
_TOWNS = _words(
    "Казань Самара Тюмень Пермь Уфа Омск Тула Курск Орёл Калуга Вологда Сургут Ижевск Саранск"
    " Воронеж Липецк Брянск Псков Киров Пенза Саратов Кемерово Барнаул Якутск Хабаровск"
)


@dataclass(frozen=True)
class Named:
    """A record of the base: its kind, number, name, the words that people know it by, its phone."""

    kind: str
    number: int
    name: str
    known_as: str
    phone: str


def base(of_each: int, chance: random.Random) -> list[Named]:
    """Give so many clients, contacts and deals with names all different."""
    makers = (("client", _company), ("contact", _person), ("deal", _deal))
    return [one for kind, make in makers for one in _different(kind, make, of_each, chance)]


def _different(
    kind: str, make: Callable[[random.Random], tuple[str, str]], wanted: int, chance: random.Random
) -> Iterator[Named]:
    seen: set[str] = set()
    while len(seen) < wanted:
        name, known_as = make(chance)
        if known_as not in seen:
            seen.add(known_as)
            yield Named(kind, len(seen), name, known_as, f"+79{chance.randrange(10**9):09}")


def _company(chance: random.Random) -> tuple[str, str]:
    drawn = chance.random()
    if drawn < 0.25:
        core = chance.choice(_LATIN) + chance.choice(_LATIN_ENDS)
        known_as = f"{core} {chance.choice(_LATIN_FORMS)}"
        return known_as, known_as
    if drawn < 0.35:
        core = f"{chance.choice(_PLAIN)} {chance.randrange(2, 100)}"
    else:
        core = chance.choice(_PLACES) + chance.choice(_TRADES) + chance.choice(_ENDS)
    return chance.choice(_FORMS).format(core), core


def _person(chance: random.Random) -> tuple[str, str]:
    if chance.random() < 0.25:
        middle = chance.choice("ABCDEFGHJKLMNPRSTW")
        first, last = chance.choice(_FIRST_LATIN), chance.choice(_LAST_LATIN)
        return f"{first} {middle}. {last}", f"{first} {middle} {last}"
    man = chance.random() < 0.5
    first = chance.choice(_MEN if man else _WOMEN)
    last = chance.choice(_SURNAMES) + ("" if man else "а")
    father = chance.choice(_FATHERS)
    stem = father[:-1] + "е" if father[-1] == "й" else father + "о"
    known_as = f"{last} {first} {stem}{'вич' if man else 'вна'}"
    return known_as, known_as


def _deal(chance: random.Random) -> tuple[str, str]:
    deed, goods, town = map(chance.choice, (_DEEDS, _GOODS, _TOWNS))
    year = chance.randrange(2019, 2027)
    return f"{deed} {goods}, {town} ({year})", f"{deed} {goods} {town} {year}"


def with_a_typo(text: str, chance: random.Random) -> str:
    """Give a text with one letter wrong, missing, doubled or swapped in one of its longer words."""
    words = text.split()
    place = chance.choice([one for one, word in enumerate(words) if len(word) >= 5])
    words[place] = _mistyped(words[place], chance)
    return " ".join(words)


def _mistyped(word: str, chance: random.Random) -> str:
    letters = "абвгдеиклмнопрст" if word[-1] > "z" else "abcdefghiklmnoprst"
    at = chance.randrange(len(word) - 1)
    return chance.choice(
        [
            word[:at] + chance.choice(letters) + word[at + 1 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )


def phone_as_typed(phone: str, chance: random.Random) -> str:
    """Give a number of Russia in one of the ways in which people write it."""
    code, a, b, c = phone[2:5], phone[5:8], phone[8:10], phone[10:]
    return chance.choice(
        [
            f"8 {code} {a}-{b}-{c}",
            f"8({code}){a}{b}{c}",
            f"+7 ({code}) {a} {b} {c}",
            f"7{code}{a}{b}{c}",
            f"{code} {a} {b} {c}",
            f"{a}-{b}-{c}",
            f"8-{code}-{a}-{b}{c}",
            f"8 ({code}) {a} {b}",
        ]
    )
