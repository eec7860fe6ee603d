"""The demo in English."""

from __future__ import annotations

from typing import Final

from salesman_core.demo.words import (
    DEPARTMENT,
    MARKETING,
    City,
    Company,
    Goods,
    Names,
    Parts,
    Staff,
    Telephones,
    Words,
)

STAFF: Final = (
    Staff("administrator", "Owen Nickell", "administrator"),
    Staff("head", "Martha Groves", "head", DEPARTMENT, 1.2),
    Staff("seller", "Anna Sorrel", "seller", "first", 1.3),
    Staff("d.lapwing", "Dennis Lapwing", "seller", "first", 1.0),
    Staff("i.winters", "Irene Winters", "seller", "first", 0.8),
    Staff("p.craven", "Paul Craven", "seller", "first", 1.1),
    Staff("s.irwin", "Simon Irwin", "seller", "second", 1.15),
    Staff("j.gorman", "Julia Gorman", "seller", "second", 0.95),
    Staff("t.ackroyd", "Tim Ackroyd", "seller", "second", 0.65),
    Staff("k.whitlock", "Kate Whitlock", "seller", "third", 1.35),
    Staff("a.packham", "Andrew Packham", "seller", "third", 1.0),
    Staff("n.frost", "Nora Frost", "seller", "third", 0.85),
    Staff("r.deacon", "Roy Deacon", "seller", "third", 0.7),
    Staff("assistant", "Susan Eagles", "assistant", DEPARTMENT),
    Staff("v.clement", "Vera Clement", "assistant", DEPARTMENT),
    Staff("marketer", "Alec Groveland", "marketer", MARKETING),
    Staff("telemarketer", "Olive Summers", "telemarketer", MARKETING),
    Staff("lawyer", "Victor Miller", "lawyer"),
    Staff("service", "Colin Shuster", "service", DEPARTMENT),
)

CITIES: Final = {
    "first": (
        City("New York, NY", "212"),
        City("Boston, MA", "617"),
        City("Philadelphia, PA", "215"),
        City("Baltimore, MD", "410"),
        City("Pittsburgh, PA", "412"),
        City("Buffalo, NY", "716"),
    ),
    "second": (
        City("Chicago, IL", "312"),
        City("Detroit, MI", "313"),
        City("Cleveland, OH", "216"),
        City("Milwaukee, WI", "414"),
        City("St. Louis, MO", "314"),
        City("Kansas City, MO", "816"),
    ),
    "third": (
        City("Houston, TX", "713"),
        City("Dallas, TX", "214"),
        City("Denver, CO", "303"),
        City("Phoenix, AZ", "602"),
        City("Portland, OR", "503"),
        City("Seattle, WA", "206"),
    ),
}

MIDDLE: Final = tuple(f"{letter}." for letter in "ABCDEFGHJKLMNPRSTW")
MEN: Final = Names(
    first=(
        *("Aaron", "Barry", "Calvin", "Clifford", "Derek", "Edgar", "Floyd", "Gordon"),
        *("Howard", "Ivan", "Joel", "Keith", "Lloyd", "Marvin", "Norman", "Stuart"),
    ),
    middle=MIDDLE,
)
WOMEN: Final = Names(
    first=(
        *("Audrey", "Beth", "Cecilia", "Dora", "Edith", "Faye", "Gwen", "Harriet"),
        *("Ingrid", "Joyce", "Lorna", "Mabel", "Nadine", "Peggy", "Rosalind", "Thelma"),
    ),
    middle=MIDDLE,
)
SURNAMES: Final = (
    *("Abbey", "Arkwright", "Barlow", "Beckett", "Birch", "Bramley", "Calder", "Carver"),
    *("Chandler", "Cotter", "Dalton", "Draper", "Elder", "Fairley", "Fletcher", "Garland"),
    *("Glover", "Hadley", "Harker", "Hollis", "Ingram", "Jessop", "Kendrick", "Langley"),
    *("Lockwood", "Marlow", "Mercer", "Nettle", "Norwood", "Oakes", "Orchard", "Pemberton"),
    *("Quill", "Redfern", "Ridley", "Sadler", "Selwyn", "Tanner", "Thorne", "Underhill"),
    *("Vickers", "Walden", "Wheeler", "Whitby", "Winslow", "Woodrow", "Yardley", "Yates"),
)

BRANDS: Final = (
    (
        *("Alder", "Amberley", "Brackwater", "Cedarline", "Copperfold", "Dunmere", "Eastmoor"),
        *("Fernhollow", "Gannet", "Harrowgate", "Ironleaf", "Juniper Row", "Kestrel", "Larkspur"),
        *("Millbrook", "Northquay", "Oxbow", "Pinecrest", "Quarryside", "Redshank", "Saltmarsh"),
        *("Thistledown", "Umber", "Vesper", "Westerly", "Yarrow", "Stonefly", "Whitecap"),
    ),
    (
        *(" Supply", " Builders", " Machine Works", " Tooling", " Industries", " Trading"),
        *(" Metals", " Packaging", " Castings", " Components", " Services", " Fabrication"),
        *(" Logistics", " Drives", " Installations", " Warehousing"),
    ),
)

GOODS: Final = (
    Goods(
        names=(
            "Turning lathe",
            "Milling center",
            "Band saw",
            "Screw compressor",
            "Hydraulic press",
            "Overhead crane",
            "Welding station",
            "Paint booth",
        ),
        occasions=("new shop", "fleet replacement", "by tender", "customer project", "second line"),
        share=0.34,
        size=1.9,
        margins=(16, 30),
    ),
    Goods(
        names=(
            "Power tools",
            "Air tools",
            "Cutting tools",
            "Abrasive wheels",
            "Measuring tools",
            "Mechanics' tool sets",
            "Jacks and hoists",
            "Workwear and safety gear",
        ),
        occasions=("new shop", "quarterly supply", "by tender", "for the crews", "for stock"),
        share=0.3,
        size=0.7,
        margins=(20, 34),
    ),
    Goods(
        names=(
            "Stretch film",
            "Corrugated boxes",
            "Packing tape",
            "Pallet collars",
            "Shrink-wrap line",
            "Bubble wrap",
            "Bulk bags",
        ),
        occasions=("quarterly supply", "for the season", "trial batch", "by tender", "for stock"),
        share=0.24,
        size=0.45,
        margins=(12, 24),
    ),
    Goods(
        names=(
            "Spare parts",
            "Commissioning",
            "Service contract",
            "Operator training",
        ),
        occasions=("for a year", "after warranty", "second line", "on request"),
        share=0.12,
        size=0.35,
        margins=(28, 40),
    ),
)

ENGLISH: Final = Words(
    company=Company("Long Furlong Trading Co.", "America/New_York", "USD", "US"),
    teams={
        DEPARTMENT: "Sales department",
        MARKETING: "Marketing",
        "first": "East",
        "second": "Midwest",
        "third": "South and West",
    },
    staff=STAFF,
    cities=CITIES,
    men=MEN,
    women=WOMEN,
    surnames=SURNAMES,
    full_name="{first} {middle} {last}",
    legal_forms=(("{} LLC", 55), ("{} Inc.", 25), ("{} Ltd.", 20)),
    sole_trader="{} (sole proprietor)",
    brands=BRANDS,
    legal="Legal",
    delivery="Delivery",
    warehouse="warehouse 2",
    address="{number} {street}, {city}",
    streets=(
        *("Foundry Street", "Warehouse Road", "Industrial Avenue", "Millwright Lane"),
        *("Depot Street", "Anvil Road", "Commerce Way", "Mechanics Street"),
        *("Harbor Road", "Crane Street", "Turnpike Court", "Loading Dock Road"),
    ),
    positions=(
        "President",
        "Sales director",
        "Head of purchasing",
        "Buyer",
        "Chief engineer",
        "Maintenance manager",
        "Controller",
        "Plant manager",
        "Warehouse manager",
    ),
    telephones=Telephones(
        # 555-0100 to 555-0199 of every area code is kept for fiction.
        landline="55501##",
        mobiles=("c55501##",),
        notations=("(###) ###-####", "+1 ### ### ####", "###-###-####"),
    ),
    bought_sources=("Web site", "Trade show", "Mailing"),
    own_sources=("Referral", "Incoming call", "Tender", "Own list"),
    cold_source="Cold call",
    tags=("wholesale", "tenders", "net 30", "prepaid", "seasonal", "EDI", "chain"),
    key_tag="key account",
    goods=GOODS,
    deal_name="{goods}, {occasion}",
    repeat_occasion="repeat order",
    parts=Parts(
        papers="papers and invoices",
        contract="contract review",
        service="service",
        campaign="brought by a campaign",
        steering="oversees",
    ),
    unit=10,
    scale=1 / 80,
    rung_reasons=(
        "Asked us at the trade show to come back with an offer in spring",
        "The new president is ready to look at other suppliers",
        "A neighbor on the estate recommended us; they wait for the catalog",
    ),
    holidays=frozenset({(1, 1), (6, 19), (7, 4), (11, 11), (12, 24), (12, 25), (12, 31)}),
)
