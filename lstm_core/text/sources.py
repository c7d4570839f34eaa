"""The texts that the character models learn from, and how each is made from its public source."""

from __future__ import annotations

import bz2
import re
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

from lstm_core.data import DataSet, Fetch

RAW = "https://raw.githubusercontent.com"
ARCHIVE = "https://codeload.github.com"

CHAR_RNN = "karpathy/char-rnn", "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e"
GENSIM = "piskvorky/gensim", "37f90ec121eb7cd401448a947e80953e0c53ccdc"
SPEECHES = "kfogel/presidential-speeches", "a4c8b38eeba49703f515a701db03e60417e042e6"
VALKEY = "valkey-io/valkey", "55bbbe09a3b37a98c907dbfbc225768ff253e84f"
STACKS = "stacks/stacks-project", "4ac4815d5a00dc2eacab7824cf4e4baafe2773ac"

WIKIPEDIA_DUMP = (
    "gensim/test/test_data/enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
)

STACKS_CHAPTERS = "categories topology sheaves sites algebra homology schemes varieties"

VALKEY_FILES = """
    multi unit/test_util io_threads sha256 syscheck valkey-check-aof notify unit/test_main eval
    sparkline t_stream crc16 adlist threads_mngr crc64 lzf_d unit/test_sha1 socket lolwut6 dict
    mt19937-64 ae_select cli_common setcpuaffinity function_lua crccombine pqsort ae_kqueue
    unit/test_zipmap ae_evport functions latency geo unit/test_dict intset config cli_commands
    unit/test_ziplist localtime lazyfree aof ae bio lzf_c modules/helloblock zmalloc bitops
    modules/helloacl rdb ae_epoll syncio unit/test_endianconv logreqres evict valkey-check-rdb
    geohash timeout object modules/hellotype unix util rdma sha1 slowlog memtest sentinel server
    t_set blocked script_lua rax cluster_slot_stats serverassert modules/hellohook setproctitle db
    rio childinfo expire call_reply commands kvstore release ziplist pubsub crcspeed lolwut5
    unit/test_intset debug t_string zipmap unit/test_crc64combine script strl sds t_hash valkey-cli
    lolwut anet t_list unit/test_kvstore rand connection unit/test_zmalloc monotonic endianconv
"""
"""Files of `src` in the order in which they are joined: shuffled, up to 3.5 MB."""

SPEECH_DAYS = """
    1977 0120 0202 0418 0522 0907 1108
    1978 0119 0917 1024 1215
    1979 0123 0715
    1980 0104 0123 0425 0814
    1981 0114 0120 0428 0517 0727 0803 1118 1223
    1982 0126 0608 0609 0617 0816 0901 0920
    1983 0125 0218 0308 0323 0427 0905 1027 1102 1104
    1984 0125 0528 0603 0606
    1985 0121 0206 0505 1121
    1986 0128 0204 0414 1013 1022
    1987 0127 0304 0612 1208 1210
    1988 0125 0531 0926 1216
    1989 0111 0120 0209 0512 1220
    1990 0131 0726 0808 0911 1001 1002
    1991 0116 0129 0227 0306
    1992 0128 1204 1215
    1993 0105 0120 0205 0217 0430 0505 0606 0913 0922 1007 1113 1208
    1994 0125 0606 0712
    1995 0124 0423 0719 1016 1127 1130
    1996 0123 0625 1103
    1997 0120 0204 0422
    1998 0126 0127 0323 0325 0817
    1999 0119 0324 0610
    2000 0127
    2001 0118 0120 0129 0511 0607 0810 0911 0922
    2002 0108 0129 0601 0607 0619 0912
    2003 0128 0317 0320 1106 1208
    2004 0107 0120 0717
    2005 0120 0202 0831 0916 1219
    2006 0131 0719
    2007 0111 0123 0409
    2008 0128 0319 1003 1113 1219
    2009 0115 0120 0129 0207 0224 0526 0604 0909 1201 1210
    2010 0127 0315 0415 0428 0615 0831 0923
    2011 0112 0125 0501 0519 0525 0622 0908 1021
    2012 0124 0906 1106 1216
    2013 0121 0129 0213 0301 0321 0408 0719 0724 0910 1204
    2014 0128 1120
    2015 0120 0307 0626
    2016 0112 0322 0515
    2017 0120 0228 0629 0724 0919 1218
    2018 0126 0130 0201 0215 0223 0319 0925
    2019 0119 0205 0924 1027
    2020 0103 0108 0124 0204 0206 0311 0601 0603 0704
"""
"""The days of the speeches that Presidents Carter to Trump gave in office, a line for each year."""

NOT_A_SPEECH = re.compile("conference|briefing|debate|interview|campaign|rally|convention")
"""In the name of a text in which others speak too; left out should it share a speech's day."""

PLAIN = str.maketrans(
    {
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "--",
        "\N{HORIZONTAL BAR}": "--",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{SOFT HYPHEN}": "",
        "\N{ZERO WIDTH SPACE}": "",
        "\N{ZERO WIDTH NO-BREAK SPACE}": "",
    }
)


def speech_days() -> set[str]:
    """`SPEECH_DAYS` as YYYY-MM-DD."""
    lines = (line.split() for line in SPEECH_DAYS.strip().splitlines())
    return {f"{year}-{day[:2]}-{day[2:]}" for year, *days in lines for day in days}


def speech(name: str, raw: str) -> str:
    """One speech, headed by who gave it, when, and its title.

    Args:
        name: of its file, YYYY-MM-DD-title-in-lower-case.txt.
        raw: a line "President: NAME", a blank line and the speech. Blank lines part paragraphs;
            other line ends, and any run of white space, stand for one space.
    """
    head, _, body = raw.translate(PLAIN).partition("\n")
    president = head.removeprefix("President:").strip().upper()
    date, title = name[:10], name[11:].removesuffix(".txt").replace("-", " ").title()
    paragraphs = (" ".join(p.split()) for p in re.split(r"\n\s*\n", body.strip()))
    return f"{president}\n{date} - {title}\n\n" + "\n\n".join(paragraphs)


def prepare_shakespeare(fetch: Fetch, folder: Path) -> None:
    """A plain copy."""
    shutil.copyfile(
        fetch(raw_url(CHAR_RNN, "data/tinyshakespeare/input.txt")), folder / "tinyshakespeare.txt"
    )


def prepare_wikipedia(fetch: Fetch, folder: Path) -> None:
    """Decompressed, and nothing else."""
    target = folder / "wikipedia_markup.xml.txt"
    with bz2.open(fetch(raw_url(GENSIM, WIKIPEDIA_DUMP))) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)


def prepare_speeches(fetch: Fetch, folder: Path) -> None:
    """The speeches of `SPEECH_DAYS` in the order of their files' names, two blank lines between."""
    days = speech_days()

    def wanted(path: str) -> bool:
        name = path.removeprefix("data/")
        return name[:10] in days and name.endswith(".txt") and not NOT_A_SPEECH.search(name)

    found = members(fetch(archive_url(SPEECHES)), wanted)
    # A stray byte that is not UTF-8 is dropped: it must not cost the other speeches.
    texts = (
        speech(path.removeprefix("data/"), found[path].decode("utf-8", "ignore"))
        for path in sorted(found)
    )
    write(folder / "us_presidential_speeches_1977_2020.txt", "\n\n\n".join(texts).encode() + b"\n")


def prepare_c_source(fetch: Fetch, folder: Path) -> None:
    """The files of `VALKEY_FILES`, in that order, a blank line between."""
    paths = [f"src/{name}.c" for name in VALKEY_FILES.split()]
    found = members(fetch(archive_url(VALKEY)), set(paths).__contains__)
    write(folder / "valkey_c.txt", b"\n".join(found[path] for path in paths))


def prepare_latex(fetch: Fetch, folder: Path) -> None:
    """The chapters of `STACKS_CHAPTERS`, in that order, a blank line between."""
    chapters = (fetch(raw_url(STACKS, f"{name}.tex")) for name in STACKS_CHAPTERS.split())
    write(
        folder / "stacks_algebra_tex.txt", b"\n".join(chapter.read_bytes() for chapter in chapters)
    )


def raw_url(source: tuple[str, str], path: str) -> str:
    """The address of one file of a repository at a commit."""
    return "/".join((RAW, *source, path))


def archive_url(source: tuple[str, str]) -> str:
    """The address of a repository at a commit, as a compressed tar archive."""
    repository, commit = source
    return f"{ARCHIVE}/{repository}/tar.gz/{commit}"


def members(archive: Path, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Files of a repository's archive, by their path in the repository.

    Args:
        archive: a tar.gz; all its paths begin with one folder, named after the commit.
        wanted: says of a path whether to take the file.
    """
    found = {}
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            path = member.name.partition("/")[2]
            if member.isfile() and wanted(path):
                file = tar.extractfile(member)
                assert file is not None
                found[path] = file.read()
    return found


def write(path: Path, content: bytes) -> None:
    """Write a text with line feeds alone at its line ends, whatever the source has."""
    path.write_bytes(content.replace(b"\r\n", b"\n"))


DATA_SETS = [
    DataSet(
        name="shakespeare",
        folder="text",
        files={
            "tinyshakespeare.txt": (
                "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
            )
        },
        description="Tiny Shakespeare: 1.1 million characters of the plays, as dialogue.",
        licence="The text is in the public domain.",
        citation="A. Karpathy, char-rnn (2015), data/tinyshakespeare; W. Shakespeare.",
        homepage=f"https://github.com/{CHAR_RNN[0]}",
        prepare=prepare_shakespeare,
    ),
    DataSet(
        name="wikipedia",
        folder="text",
        files={
            "wikipedia_markup.xml.txt": (
                "34c1c63050c87cc8477b9ae36b1cb0edf372612c92938b742e579a7109c20fa4"
            )
        },
        description="The first 206 pages of the English Wikipedia of May 2016, as XML and markup.",
        licence="Creative Commons Attribution-ShareAlike 3.0, and GNU FDL.",
        citation="Wikipedia contributors, English Wikipedia, dump of May 2016, as kept by gensim.",
        homepage="https://en.wikipedia.org",
        prepare=prepare_wikipedia,
    ),
    DataSet(
        name="speeches",
        folder="text",
        files={
            "us_presidential_speeches_1977_2020.txt": (
                "9e89836d0d7ff343872ff1d91e232ef2e92d3c9fd848677b32635e7df1e9a5b9"
            )
        },
        description="227 speeches that presidents of the United States gave in office, 1977-2020.",
        licence="Public domain, as works of the United States Government (17 U.S.C. 105).",
        citation="Miller Center, University of Virginia: Presidential Speeches; collected by "
        "K. Fogel, presidential-speeches.",
        homepage="https://millercenter.org/the-presidency/presidential-speeches",
        prepare=prepare_speeches,
        exact=False,  # five line breaks of the speech of 2018-03-19 follow no rule
    ),
    DataSet(
        name="c_source",
        folder="text",
        files={"valkey_c.txt": "a6b1b695f3ce0bb7b47eb4f7a7de72869b9dc0f1b3983bb53f583707e131d71f"},
        description="106 C source files of the Valkey server, October 2024.",
        licence="BSD 3-Clause (Valkey contributors, and Redis Ltd. for what Redis wrote).",
        citation="Valkey contributors, Valkey, commit 55bbbe0 (2024).",
        homepage=f"https://github.com/{VALKEY[0]}",
        prepare=prepare_c_source,
        exact=False,  # the checksum is of a copy made elsewhere, by the same rule as far as known
    ),
    DataSet(
        name="latex",
        folder="text",
        files={
            "stacks_algebra_tex.txt": (
                "5ecb6522382993d39530f8bd3714599b40942d54a7ca7eeb3cea172d5edaf80c"
            )
        },
        description="Eight chapters of the Stacks Project, as LaTeX: categories to varieties.",
        licence="GNU Free Documentation License 1.2.",
        citation="The Stacks Project Authors, Stacks Project, https://stacks.math.columbia.edu.",
        homepage="https://stacks.math.columbia.edu",
        prepare=prepare_latex,
        exact=False,  # as for c_source
    ),
]
