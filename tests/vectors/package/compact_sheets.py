"""Sheets of version 2: docs/answers-format.md."""

from datetime import datetime, timedelta, timezone

from spelling import require

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LATEST = datetime(9999, 12, 31, 23, 59, 59, 999000, timezone.utc)


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        require(len(self.data) - self.at >= count, why="sheets end too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def text(self, size, most):
        length = self.number(size)
        require(length <= most, why="a text that is too long")
        try:
            text = self.take(length).decode()
        except UnicodeDecodeError:
            text = "\0"
        require("\0" not in text, why="no text")
        return text

    def codes(self, count, bits):
        packed = int.from_bytes(self.take((count * bits + 7) // 8), "little")
        require(packed >> (count * bits) == 0, why="bits that nobody needs")
        return [packed >> (n * bits) & ((1 << bits) - 1) for n in range(count)]


def time_of(milliseconds):
    require(milliseconds <= (LATEST - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1))
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=milliseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def receipt_text(number):
    require(number < 1 << 60)
    letters = "".join(LETTERS[number >> shift & 31] for shift in range(55, -1, -5))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def ascending(texts):
    return all(a.encode() < b.encode() for a, b in zip(texts, texts[1:]))


def read_compact_sheets(data):
    require(len(data) <= 64 << 20)
    bytes_ = Bytes(data)
    require(bytes_.take(16) == b"PAPERVAULT-SHT2\n", why="magic")
    out = {"started_at": time_of(bytes_.number(8)), "ended_at": time_of(bytes_.number(8)),
           "journal_records": bytes_.number(8), "journal_head": bytes_.take(32).hex()}
    count, form_count, column_count = (bytes_.number(4) for _ in range(3))
    require(count <= 10_000 and form_count <= count and column_count <= 65_536)
    forms = [bytes_.text(1, 64) for _ in range(form_count)]
    tickets = [bytes_.text(1, 32) for _ in range(count)]
    form_of = [bytes_.number(2) for _ in range(count)]
    require(ascending(forms) and set(form_of) == set(range(form_count)), why="forms")
    seats = [bytes_.number(2) for _ in range(count)]
    require(all(1 <= seat <= 1000 for seat in seats))
    phases = bytes_.codes(count, 1)
    receipts = [bytes_.number(8) for _ in range(count)]
    require(all(phase or receipt == 0 for phase, receipt in zip(phases, receipts)))
    sheets = [{"ticket": ticket, "form_id": forms[form], "seat": seat, "responses": {},
               "phase": "handed_in" if phase else "absent", "receipt": receipt_text(receipt) if phase else ""}
              for ticket, form, seat, phase, receipt in zip(tickets, form_of, seats, phases, receipts)]
    items = []
    for _ in range(column_count):
        items.append(bytes_.text(1, 128))
        distinct = [[bytes_.text(2, 16 * 1024) for _ in range(parts_of(bytes_))] for _ in range(count_of(bytes_, count))]
        codes = bytes_.codes(count, len(distinct).bit_length())
        # Responses stand in the order in which they are first used, each once.
        require(list(dict.fromkeys(code for code in codes if code)) == list(range(1, len(distinct) + 1)), why="codes")
        require(len({tuple(response) for response in distinct}) == len(distinct), why="a response twice")
        for sheet, code in zip(sheets, codes):
            if code:
                sheet["responses"][items[-1]] = distinct[code - 1]
    require(ascending(items), why="items")
    require(bytes_.at == len(data), why="more bytes")
    given = [response for sheet in sheets for response in sheet["responses"].values()]
    require(len(given) <= 8 << 20 and all(len(sheet["responses"]) <= 4096 for sheet in sheets))
    require(sum(len(part.encode()) for response in given for part in response) <= 64 << 20)
    out["sheets"] = sheets
    return out


def count_of(bytes_, most):
    count = bytes_.number(4)
    require(1 <= count <= most)
    return count


def parts_of(bytes_):
    parts = bytes_.number(1)
    require(parts <= 20)
    return parts
