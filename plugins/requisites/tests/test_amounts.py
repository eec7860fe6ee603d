"""Amounts in words: each written out by grammar, not by what a library gives."""

from __future__ import annotations

from decimal import Decimal

import pytest
from salesman_requisites.amounts.words import MOST, amount_in_words

RUSSIAN = [
    ("0", "RUB", "Ноль рублей 00 копеек"),
    ("0.01", "RUB", "Ноль рублей 01 копейка"),
    ("0.02", "RUB", "Ноль рублей 02 копейки"),
    ("0.05", "RUB", "Ноль рублей 05 копеек"),
    ("0.11", "RUB", "Ноль рублей 11 копеек"),
    ("0.21", "RUB", "Ноль рублей 21 копейка"),
    ("1", "RUB", "Один рубль 00 копеек"),
    ("2", "RUB", "Два рубля 00 копеек"),
    ("3.03", "RUB", "Три рубля 03 копейки"),
    ("4.44", "RUB", "Четыре рубля 44 копейки"),
    ("5", "RUB", "Пять рублей 00 копеек"),
    ("10.10", "RUB", "Десять рублей 10 копеек"),
    ("11", "RUB", "Одиннадцать рублей 00 копеек"),
    ("12.12", "RUB", "Двенадцать рублей 12 копеек"),
    ("14.31", "RUB", "Четырнадцать рублей 31 копейка"),
    ("19", "RUB", "Девятнадцать рублей 00 копеек"),
    ("20", "RUB", "Двадцать рублей 00 копеек"),
    ("21", "RUB", "Двадцать один рубль 00 копеек"),
    ("22.22", "RUB", "Двадцать два рубля 22 копейки"),
    ("25", "RUB", "Двадцать пять рублей 00 копеек"),
    ("40", "RUB", "Сорок рублей 00 копеек"),
    ("90", "RUB", "Девяносто рублей 00 копеек"),
    ("100", "RUB", "Сто рублей 00 копеек"),
    ("101", "RUB", "Сто один рубль 00 копеек"),
    ("111.99", "RUB", "Сто одиннадцать рублей 99 копеек"),
    ("112", "RUB", "Сто двенадцать рублей 00 копеек"),
    ("122", "RUB", "Сто двадцать два рубля 00 копеек"),
    ("200", "RUB", "Двести рублей 00 копеек"),
    ("342", "RUB", "Триста сорок два рубля 00 копеек"),
    ("500", "RUB", "Пятьсот рублей 00 копеек"),
    ("999.99", "RUB", "Девятьсот девяносто девять рублей 99 копеек"),
    ("1000", "RUB", "Одна тысяча рублей 00 копеек"),
    ("1001", "RUB", "Одна тысяча один рубль 00 копеек"),
    ("1011", "RUB", "Одна тысяча одиннадцать рублей 00 копеек"),
    ("2000", "RUB", "Две тысячи рублей 00 копеек"),
    ("2002.02", "RUB", "Две тысячи два рубля 02 копейки"),
    ("5000", "RUB", "Пять тысяч рублей 00 копеек"),
    ("11000", "RUB", "Одиннадцать тысяч рублей 00 копеек"),
    ("12000.50", "RUB", "Двенадцать тысяч рублей 50 копеек"),
    ("21000", "RUB", "Двадцать одна тысяча рублей 00 копеек"),
    ("22022", "RUB", "Двадцать две тысячи двадцать два рубля 00 копеек"),
    ("100000", "RUB", "Сто тысяч рублей 00 копеек"),
    ("111111", "RUB", "Сто одиннадцать тысяч сто одиннадцать рублей 00 копеек"),
    (
        "259371.15",
        "RUB",
        "Двести пятьдесят девять тысяч триста семьдесят один рубль 15 копеек",
    ),
    ("1000000", "RUB", "Один миллион рублей 00 копеек"),
    ("1000001", "RUB", "Один миллион один рубль 00 копеек"),
    ("2000002", "RUB", "Два миллиона два рубля 00 копеек"),
    ("5001000", "RUB", "Пять миллионов одна тысяча рублей 00 копеек"),
    ("21000000", "RUB", "Двадцать один миллион рублей 00 копеек"),
    (
        "123456789.12",
        "RUB",
        (
            "Сто двадцать три миллиона четыреста пятьдесят шесть тысяч семьсот восемьдесят девять"
            " рублей 12 копеек"
        ),
    ),
    ("1000000000", "RUB", "Один миллиард рублей 00 копеек"),
    ("2000000000", "RUB", "Два миллиарда рублей 00 копеек"),
    ("7000000001.01", "RUB", "Семь миллиардов один рубль 01 копейка"),
    ("1000000000000", "RUB", "Один триллион рублей 00 копеек"),
    (
        "999999999999999.99",
        "RUB",
        (
            "Девятьсот девяносто девять триллионов девятьсот девяносто девять миллиардов"
            " девятьсот девяносто девять миллионов девятьсот девяносто девять тысяч"
            " девятьсот девяносто девять рублей 99 копеек"
        ),
    ),
    ("-3.50", "RUB", "Минус три рубля 50 копеек"),
    ("-0.01", "RUB", "Минус ноль рублей 01 копейка"),
    ("1", "USD", "Один доллар США 00 центов"),
    ("2.02", "USD", "Два доллара США 02 цента"),
    ("11.01", "USD", "Одиннадцать долларов США 01 цент"),
    ("1021", "USD", "Одна тысяча двадцать один доллар США 00 центов"),
    ("1", "EUR", "Один евро 00 центов"),
    ("22.21", "EUR", "Двадцать два евро 21 цент"),
    ("105.05", "EUR", "Сто пять евро 05 центов"),
    ("1", "KZT", "Один тенге 00 тиынов"),
    ("2.01", "KZT", "Два тенге 01 тиын"),
    ("12000.52", "KZT", "Двенадцать тысяч тенге 52 тиына"),
    ("1", "BYN", "Один белорусский рубль 00 копеек"),
    ("3", "BYN", "Три белорусских рубля 00 копеек"),
    ("15.01", "BYN", "Пятнадцать белорусских рублей 01 копейка"),
    ("24.04", "CNY", "Двадцать четыре юаня 04 фэня"),
    ("12000.50", "GBP", "Двенадцать тысяч GBP 50/100"),
]

ENGLISH = [
    ("0", "USD", "Zero US dollars 00 cents"),
    ("0.01", "USD", "Zero US dollars 01 cent"),
    ("1", "USD", "One US dollar 00 cents"),
    ("2.02", "USD", "Two US dollars 02 cents"),
    ("21", "USD", "Twenty-one US dollars 00 cents"),
    ("100", "USD", "One hundred US dollars 00 cents"),
    ("105.05", "USD", "One hundred and five US dollars 05 cents"),
    ("1000", "USD", "One thousand US dollars 00 cents"),
    ("1001", "USD", "One thousand and one US dollars 00 cents"),
    ("1100", "USD", "One thousand one hundred US dollars 00 cents"),
    (
        "1234567.89",
        "USD",
        (
            "One million two hundred and thirty-four thousand five hundred and sixty-seven"
            " US dollars 89 cents"
        ),
    ),
    ("2000000000", "EUR", "Two billion euros 00 cents"),
    ("1", "EUR", "One euro 00 cents"),
    ("12000.50", "RUB", "Twelve thousand rubles 50 kopecks"),
    ("1.01", "RUB", "One ruble 01 kopeck"),
    ("12000.50", "KZT", "Twelve thousand tenge 50 tiyn"),
    ("-3.50", "EUR", "Minus three euros 50 cents"),
    ("12000.50", "GBP", "Twelve thousand GBP 50/100"),
]

IN_WORDS = [
    ("12000.50", "RUB", "ru", "Двенадцать тысяч рублей пятьдесят копеек"),
    ("1.01", "RUB", "ru", "Один рубль одна копейка"),
    ("2.02", "RUB", "ru", "Два рубля две копейки"),
    ("5.11", "RUB", "ru", "Пять рублей одиннадцать копеек"),
    ("22.42", "RUB", "ru", "Двадцать два рубля сорок две копейки"),
    ("7", "RUB", "ru", "Семь рублей ноль копеек"),
    ("3.21", "USD", "ru", "Три доллара США двадцать один цент"),
    ("4.02", "KZT", "ru", "Четыре тенге два тиына"),
    ("1.21", "USD", "en", "One US dollar and twenty-one cents"),
    ("12000.50", "EUR", "en", "Twelve thousand euros and fifty cents"),
    ("2.01", "RUB", "en", "Two rubles and one kopeck"),
]


@pytest.mark.parametrize(("amount", "currency", "words"), RUSSIAN)
def test_amount_is_put_into_russian_words(amount: str, currency: str, words: str) -> None:
    assert amount_in_words(Decimal(amount), currency, "ru") == words


@pytest.mark.parametrize(("amount", "currency", "words"), ENGLISH)
def test_amount_is_put_into_english_words(amount: str, currency: str, words: str) -> None:
    assert amount_in_words(Decimal(amount), currency, "en") == words


@pytest.mark.parametrize(("amount", "currency", "language", "words"), IN_WORDS)
def test_hundredths_may_stand_in_words_too(
    amount: str, currency: str, language: str, words: str
) -> None:
    said = amount_in_words(Decimal(amount), currency, language, hundredths_in_words=True)

    assert said == words


def test_nought_has_no_sign() -> None:
    assert amount_in_words(Decimal("-0.00"), "RUB", "ru") == "Ноль рублей 00 копеек"


@pytest.mark.parametrize("amount", [MOST + 1, -MOST - 1, Decimal("0.001"), Decimal("NaN")])
def test_amount_that_is_no_sum_of_money_is_refused(amount: Decimal) -> None:
    with pytest.raises(ValueError, match=r"beyond|digits"):
        amount_in_words(amount, "RUB", "ru")


def test_language_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="not in 'kk'"):
        amount_in_words(Decimal(1), "KZT", "kk")
