"""Letters that come back, written after the documented formats of mail systems.

The words are our own, as are the people; each letter keeps to what its system is known to write:
which parts, which fields, where the letter itself is returned. ``ANNA`` is whom it was about, and
``OURS`` the Message-ID of what we sent.
"""

from __future__ import annotations

import base64
from typing import Final

from salesman_mailing.campaigns.marks import mark_of

ANNA: Final = "anna@client.example"
OURS: Final = "letter.17.0123456789abcdef01234567@firm.example"

RETURNED: Final = f"""\
Received: from crm.firm.example by mx.firm.example; Mon, 2 Mar 2026 09:00:00 +0000
From: Firm <news@firm.example>
To: {ANNA}
Subject: Spring prices
Message-ID: <{OURS}>
"""


def report(
    head: str, text: str, status: str, *, returned: str = RETURNED, kind: str = "delivery-status"
) -> bytes:
    """A multipart/report (RFC 6522) of three parts."""
    third = "message/rfc822" if "\n\n" in returned else "text/rfc822-headers"
    last = f"--cut\nContent-Type: {third}\n\n{returned}\n" if returned else ""
    return (
        f"{head}MIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="cut"\n\n'
        f"--cut\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        f"--cut\nContent-Type: message/{kind}\n\n{status}\n{last}--cut--\n"
    ).encode()


def status(
    action: str,
    code: str,
    said: str,
    *,
    server: str = "dns; mx.firm.example",
    recipient: str = ANNA,
    more: str = "",
) -> str:
    """The fields of RFC 3464."""
    return (
        f"Reporting-MTA: {server}\nArrival-Date: Mon, 2 Mar 2026 09:00:01 +0000\n\n"
        f"Final-Recipient: rfc822; {recipient}\n{more}Action: {action}\nStatus: {code}\n"
        f"Diagnostic-Code: smtp; {said}\n"
    )


def about(recipient_id: int, raw: bytes, mark: str = "") -> bytes:
    """One of these letters as it comes back about the letter to a recipient of ours.

    :param mark: another one than that of the letter.
    """
    return raw.replace(OURS.encode(), (mark or mark_of(recipient_id, "firm.example")).encode())


def plain(head: str, text: str) -> bytes:
    """A letter of one part."""
    return f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode()


def from_daemon(
    subject: str, name: str = "Mail Delivery System", host: str = "mx.firm.example"
) -> str:
    """The head of a letter that no person wrote."""
    return (
        f"Return-Path: <>\nFrom: {name} <MAILER-DAEMON@{host}>\nTo: news@firm.example\n"
        f"Subject: {subject}\nMessage-ID: <own.{abs(hash(subject)) % 1000}@{host}>\n"
    )


def from_person(subject: str, more: str = "") -> str:
    """The head of a letter from the reader."""
    return (
        f"From: Anna <{ANNA}>\nTo: news@firm.example\nSubject: {subject}\n"
        f"Message-ID: <back@client.example>\nIn-Reply-To: <{OURS}>\n{more}"
    )


_POSTFIX: Final = from_daemon("Undelivered Mail Returned to Sender")
_POSTFIX_TEXT: Final = "This is the mail system at host mx.firm.example.\n\nYour letter came back."
_GOOGLE: Final = from_daemon(
    "Delivery Status Notification (Failure)", "Mail Delivery Subsystem", "googlemail.com"
)
_EXCHANGE: Final = (
    "From: Microsoft Outlook <postmaster@client.example>\nTo: news@firm.example\n"
    "Subject: Undeliverable: Spring prices\nMessage-ID: <x1@prod.example>\n"
    "X-MS-Exchange-Message-Is-Ndr:\nAuto-Submitted: auto-replied\n"
)
_SES: Final = from_daemon("Delivery Status Notification (Failure)", host="amazonses.com")
_YANDEX: Final = (
    "Return-Path: <>\nFrom: mailer-daemon@yandex.ru\nTo: news@firm.example\n"
    "Subject: =?UTF-8?B?0J3QtdC00L7RgdGC0LDQstC70LXQvdC90L7QtSDRgdC+0L7QsdGJ0LXQvdC40LU=?=\n"
    "Message-ID: <n1@yandex.ru>\nAuto-Submitted: auto-replied\n"
)
_MAIL_RU: Final = from_daemon("Mail failure.", "Mail.Ru mail system", "corp.mail.ru")

HARD: Final[dict[str, bytes]] = {
    "postfix-no-such-user": report(
        _POSTFIX,
        _POSTFIX_TEXT,
        status("failed", "5.1.1", "550 5.1.1 <anna@client.example>: user unknown in table"),
        returned=f"{RETURNED}\nPrices of spring.",
    ),
    "postfix-no-such-domain": report(
        _POSTFIX,
        _POSTFIX_TEXT,
        status("failed", "5.4.4", "x-unix; Host or domain name not found for client.example"),
    ),
    "sendmail-user-unknown": report(
        from_daemon("Returned mail: see transcript for details", "Mail Delivery Subsystem"),
        "   ----- The following addresses had permanent fatal errors -----\n<anna@client.example>",
        status("failed", "5.1.1", "550 5.1.1 <anna@client.example>... User unknown"),
    ),
    "exim-dsn": report(
        from_daemon("Mail delivery failed: returning message to sender"),
        "A message that you sent could not be delivered. This is a permanent error.",
        status("failed", "5.0.0", "550 no such recipient here").replace("rfc822; ", "rfc822;"),
    ),
    "exim-in-words": plain(
        from_daemon("Mail delivery failed: returning message to sender")
        + f"X-Failed-Recipients: {ANNA}\n",
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        f"  {ANNA}\n    Unrouteable address\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        f"{RETURNED}",
    ),
    "qmail-no-mailbox": plain(
        from_daemon("failure notice"),
        "Hi. This is the qmail-send program at mx.client.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{ANNA}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\n{RETURNED}\nPrices of spring.",
    ),
    "qmail-remote": plain(
        from_daemon("failure notice"),
        "Hi. This is the qmail-send program at mx.firm.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{ANNA}>:\n192.0.2.7 does not like recipient.\n"
        "Remote host said: 550 5.1.1 unknown user\nGiving up on 192.0.2.7.\n\n"
        f"--- Below this line is a copy of the message.\n\n{RETURNED}",
    ),
    "gmail-does-not-exist": report(
        _GOOGLE + f"X-Failed-Recipients: {ANNA}\nIn-Reply-To: <{OURS}>\n",
        f"** Address not found **\n\nYour message wasn't delivered to {ANNA}.",
        status(
            "failed",
            "5.1.1",
            "550-5.1.1 The email account that you tried to reach does not exist. Please check it",
            server="dns; googlemail.com",
        ).replace("\n\n", f"\nX-Original-Message-ID: <{OURS}>\n\n", 1),
    ),
    "gmail-domain-not-found": report(
        _GOOGLE,
        f"** Address not found **\n\nYour message wasn't delivered to {ANNA} because the domain "
        "client.example couldn't be found.",
        status("failed", "4.0.0", "DNS Error: DNS type 'mx' lookup failed: Domain name not found"),
    ).replace(b"Status: 4.0.0", b"Status: 5.1.2"),
    "exchange-recipient-not-found": report(
        _EXCHANGE,
        "Delivery has failed to these recipients or groups:\n\nThe address could not be found.",
        status(
            "failed",
            "5.1.10",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            server="dns;PROD01.prod.example",
        ),
    ),
    "exchange-online-access-denied": report(
        _EXCHANGE,
        "Your message to anna@client.example couldn't be delivered.",
        status(
            "failed",
            "5.4.1",
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [MX1.prod.example]",
        ),
    ),
    "exchange-domain-gone": report(
        _EXCHANGE,
        "Your message couldn't be delivered.",
        status("failed", "5.4.310", "550 5.4.310 DNS domain client.example does not exist"),
    ),
    "outlook-com-unavailable": report(
        from_daemon("Undeliverable: Spring prices", host="outlook.example"),
        "Your message did not reach some of those whom it was for.",
        status("failed", "5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable"),
    ),
    "yandex-no-such-user": report(
        _YANDEX,
        "Это письмо отправлено почтовым сервером Яндекса.\n\nК сожалению, мы не доставили письмо.",
        status("failed", "5.7.1", "550 5.7.1 No such user!", server="dns; forward1.yandex.example"),
    ),
    "mail-ru-invalid-mailbox": report(
        _MAIL_RU,
        "Это письмо создано автоматически сервером Mail.ru, отвечать на него не нужно.",
        status("failed", "5.0.0", "550 Message was not accepted -- invalid mailbox. Local mailbox"),
    ),
    "mail-ru-account-off": report(
        _MAIL_RU,
        "Это письмо создано автоматически сервером Mail.ru, отвечать на него не нужно.",
        status("failed", "5.0.0", "550 Account is inactive. User anna is disabled"),
    ),
    "rambler-in-words": plain(
        from_daemon("Не доставлено: Spring prices", host="rambler.example"),
        f"Письмо для {ANNA} не доставлено: такой пользователь не существует.\n"
        f"550 5.1.1 пользователь не найден\n\nMessage-ID: <{OURS}>",
    ),
    "amazon-ses-suppressed": report(
        _SES,
        "An error occurred while trying to deliver the mail to the following recipients:",
        status("failed", "5.1.1", "550 5.1.1 user unknown", server="dns; a8-1.smtp-out.example"),
        returned=f"From: news@firm.example\nMessage-ID: <0100ab@email.example>\n"
        f"X-Letter: <{OURS}>\n",
    ),
    "lotus-domino": report(
        "From: Postmaster@client.example\nTo: news@firm.example\n"
        "Subject: DELIVERY FAILURE: User anna (anna@client.example) not listed in Domino\n"
        "Message-ID: <d1@client.example>\n",
        "Your message was not delivered because the name is not listed in the directory.",
        status("failed", "5.1.1", "550 User anna not listed in the directory; recipient not found"),
    ),
    "zimbra-disabled": report(
        _POSTFIX,
        _POSTFIX_TEXT,
        status("failed", "5.2.1", "550 5.2.1 Mailbox disabled, not accepting messages"),
    ),
    "fields-in-base64": (
        f"{_POSTFIX}MIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"\n\n'
        "--cut\nContent-Type: text/plain\n\nIt came back.\n"
        "--cut\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(status("failed", "5.1.1", "550 5.1.1 no such user").encode()).decode()
        + "\n--cut\nContent-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(RETURNED.encode()).decode()
        + "\n--cut--\n"
    ).encode(),
    "moved-away": report(
        _POSTFIX,
        _POSTFIX_TEXT,
        status("failed", "5.1.6", "551 5.1.6 Recipient has moved and left no address"),
    ),
}

SOFT: Final[dict[str, bytes]] = {
    "postfix-mailbox-full": report(
        _POSTFIX,
        _POSTFIX_TEXT,
        status("failed", "5.2.2", "552 5.2.2 <anna@client.example>: mailbox is full"),
    ),
    "gmail-over-quota": report(
        _GOOGLE,
        "** Recipient inbox full **",
        status("failed", "5.2.2", "552-5.2.2 The recipient's inbox is out of storage space"),
    ),
    "yandex-quota": report(
        _YANDEX,
        "Ящик получателя переполнен.",
        status("failed", "5.0.0", "552 Mailbox size limit exceeded; over quota"),
    ),
    "postfix-expired": report(
        _POSTFIX,
        _POSTFIX_TEXT,
        status("failed", "4.4.1", "connect to mx.client.example[192.0.2.7]:25: timed out"),
    ),
    "exchange-too-large": report(
        _EXCHANGE,
        "The message is larger than the recipient's limit.",
        status("failed", "5.2.3", "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large"),
    ),
    "refused-as-spam": report(
        _POSTFIX,
        _POSTFIX_TEXT,
        status("failed", "5.7.1", "554 5.7.1 This message looks like spam to our filter"),
    ),
    "mail-ru-spam": report(
        _MAIL_RU,
        "Это письмо создано автоматически сервером Mail.ru.",
        status("failed", "5.0.0", "550 spam message rejected. Please see the rules of senders"),
    ),
    "gmail-dmarc": report(
        _GOOGLE,
        "** Message blocked **",
        status("failed", "5.7.26", "550-5.7.26 unauthenticated by DMARC policy of firm.example"),
    ),
    "blocked-by-list": report(
        _POSTFIX,
        _POSTFIX_TEXT,
        status(
            "failed", "5.7.1", "554 5.7.1 Service unavailable; Client host blocked using a list"
        ),
    ),
    "greylisted-for-too-long": plain(
        from_daemon("failure notice"),
        "Hi. This is the qmail-send program at mx.firm.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{ANNA}>:\nRemote host said: 451 4.7.1 greylisted, try again later\n"
        "I'm not going to try again; this message has been in the queue too long.\n\n"
        f"--- Below this line is a copy of the message.\n\n{RETURNED}",
    ),
}

DELAYED: Final[dict[str, bytes]] = {
    "postfix-delayed": report(
        from_daemon("Delayed Mail (still being retried)"),
        "Your letter has not been delivered yet. You need not send it again.",
        status("delayed", "4.4.1", "connect to mx.client.example: connection refused"),
    ),
    "sendmail-warning": report(
        from_daemon("Warning: could not send message for past 4 hours"),
        "**   THIS IS A WARNING MESSAGE ONLY  **",
        status("delayed", "4.7.1", "451 4.7.1 please try again later"),
    ),
    "gmail-delay": report(
        from_daemon("Delivery Status Notification (Delay)", host="googlemail.com"),
        "** Delivery incomplete **\n\nGmail will retry for 47 more hours.",
        status("delayed", "4.2.1", "450-4.2.1 the account receives mail too quickly"),
    ),
}

COMPLAINTS: Final[dict[str, bytes]] = {
    "arf-abuse": report(
        "From: feedback@portal.example\nTo: abuse@firm.example\nSubject: FW: Spring prices\n"
        "Message-ID: <f1@portal.example>\n",
        "This is a report of abuse for a letter that came from 198.51.100.4.",
        "Feedback-Type: abuse\nUser-Agent: Portal/1.0\nVersion: 1\n"
        f"Original-Rcpt-To: <{ANNA}>\nSource-IP: 198.51.100.4\n",
        returned=f"{RETURNED}\nPrices of spring.",
        kind="feedback-report",
    ),
    "mail-ru-arf-without-reader": report(
        "From: fbl@corp.mail.example\nTo: abuse@firm.example\nSubject: Spring prices\n"
        "Message-ID: <f2@mail.example>\n",
        "Жалоба на спам.",
        "Feedback-Type: abuse\nUser-Agent: FBL/0.1\nVersion: 0.1\n"
        "Original-Mail-From: <news@firm.example>\n",
        returned=RETURNED.replace(ANNA, "redacted@portal.example"),
        kind="feedback-report",
    ),
    "yahoo-arf": report(
        "From: Yahoo! Mail AntiSpam Feedback <feedback@arf.portal.example>\n"
        "To: abuse@firm.example\nSubject: Spring prices\nMessage-ID: <f3@portal.example>\n",
        "A person said that this letter is spam.",
        f"Feedback-Type: abuse\nVersion: 0.1\nOriginal-Rcpt-To: {ANNA}\n"
        "Reported-Domain: firm.example\n",
        returned=f"{RETURNED}\nPrices of spring.",
        kind="feedback-report",
    ),
    "microsoft-junk-mail-report": (
        "From: staff@hotmail.example\nTo: abuse@firm.example\n"
        "Subject: complaint about message from 198.51.100.4\nMessage-ID: <j1@hotmail.example>\n"
        f"X-HmXmrOriginalRecipient: {ANNA}\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="cut"\n\n'
        f"--cut\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: {ANNA}\n{RETURNED}\n"
        "Prices of spring.\n--cut--\n"
    ).encode(),
}

CHALLENGES: Final[dict[str, bytes]] = {
    "tmda": plain(
        from_person("Please confirm your message", "X-Delivery-Agent: TMDA/1.1.12\n"),
        "This message was created automatically. To release your letter, answer this one.",
    ),
    "verification-by-link": plain(
        from_person("Sender verification needed", "Auto-Submitted: auto-replied\n"),
        "I receive too much junk. Please click the link below to have your message delivered.",
    ),
    "boxbe": plain(
        from_person("Re: Spring prices", "Auto-Submitted: auto-replied\n"),
        "Your letter waits in the list of guests of Boxbe. Please verify that you are a person.",
    ),
    "in-russian": plain(
        from_person("Проверка отправителя", "Auto-Submitted: auto-replied\n"),
        "Подтвердите, что вы не робот: перейдите по ссылке, и письмо дойдёт.",
    ),
}

AUTOMATIC: Final[dict[str, bytes]] = {
    "exchange-out-of-office": plain(
        from_person(
            "Automatic reply: Spring prices",
            "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\n",
        ),
        "I am on leave until 15 March.",
    ),
    "exchange-in-russian": plain(
        from_person(
            "=?UTF-8?B?0JDQstGC0L7QvNCw0YLQuNGH0LXRgdC60LjQuSDQvtGC0LLQtdGCOiBTcHJpbmcgcHJpY2Vz?=",
            "Auto-Submitted: auto-generated\n",
        ),
        "Я в отпуске до 15 марта.",
    ),
    "gmail-vacation": plain(
        from_person(
            "Re: Spring prices",
            "Precedence: bulk\nAuto-Submitted: auto-replied\nX-Autoreply: yes\n",
        ),
        "Hello, I am travelling and read little mail.",
    ),
    "unix-vacation": plain(
        from_person("Re: Spring prices", "Auto-Submitted: auto-replied (vacation)\n"),
        "I am away from my mail.",
    ),
    "sieve-vacation": plain(
        from_person("Auto: Spring prices", "Auto-Submitted: auto-replied\nPrecedence: bulk\n"),
        "Back on Monday.",
    ),
    "yandex-autoanswer": plain(
        from_person("Автоответ: Spring prices", "X-Autoreply: yes\nPrecedence: auto_reply\n"),
        "Ваше письмо получено.",
    ),
    "ticket-system": plain(
        from_person("[#4711] We got your message", "Auto-Submitted: auto-replied\n"),
        "Your ticket has the number 4711.",
    ),
    "left-the-firm": plain(
        from_person("Out of office", "X-Autorespond: 1\n"),
        "Anna is no longer with the firm. Please write to boris@client.example.",
    ),
}

OTHERS: Final[dict[str, bytes]] = {
    "answer-of-a-person": plain(
        from_person("Re: Spring prices"), "Please send us three of them.\n> Spring prices"
    ),
    "answer-that-speaks-of-failure": plain(
        from_person("Delivery failed twice!"),
        "Your courier did not come: mailbox full, he said. User unknown to him.",
    ),
    "stranger": plain(
        "From: boris@stranger.example\nSubject: An offer\nMessage-ID: <s@stranger.example>\n",
        "We sell chairs.",
    ),
    "delivered": report(
        from_daemon("Successful Mail Delivery Report"),
        "It was delivered.",
        status("delivered", "2.0.0", "250 2.0.0 Ok: queued"),
    ),
    "relayed": report(
        from_daemon("Delivery Status Notification (Relay)"),
        "It was handed on.",
        status("relayed", "2.6.0", "250 2.6.0 handed on"),
    ),
    "not-spam-report": report(
        "From: feedback@portal.example\nSubject: FW: Spring prices\n",
        "Somebody took it out of the folder for spam.",
        f"Feedback-Type: not-spam\nVersion: 1\nOriginal-Rcpt-To: <{ANNA}>\n",
        kind="feedback-report",
    ),
    "read-receipt": report(
        from_person("Read: Spring prices"),
        "It was shown.",
        f"Reporting-UA: client; mail\nFinal-Recipient: rfc822; {ANNA}\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n",
        kind="disposition-notification",
    ),
    "broken": b"From: =?utf-8?b?!!!\nContent-Type: multipart/report; boundary=\n\n--\n--\xff\xfe",
}
