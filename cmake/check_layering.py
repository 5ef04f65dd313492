#!/usr/bin/env python3
"""Holds the map of modules and refuses includes outside it. Usage: check_layering.py SOURCE_DIR [--self-test]"""
import pathlib
import re
import sys

# module: (modules of ours that it may include, third-party headers that its sources may include, ... its public headers may show)
MAP = {
    "crypto": (set(), {"sodium", "openssl"}, set()),
    "engine": (set(), {"boost/json", "pugixml.hpp", "re2", "immintrin.h"}, {"boost/json"}),
    "vault": ({"crypto", "engine"}, {"boost/json", "sqlite3.h", "pugixml.hpp", "fmt", "CLI", "iconv.h", "zip.h", "yaml-cpp",
                                     "cairo", "pango", "librsvg", "gdk-pixbuf", "glib-object.h", "qrencode.h", "p11-kit"}, {"boost/json"}),
    "server": ({"vault", "crypto", "engine"},
               {"boost/json", "boost/asio", "boost/beast", "boost/system", "boost/core", "openssl", "fmt", "CLI", "tss2", "malloc.h"}, {"boost/json"}),
    "client": ({"crypto", "engine"},
               {"boost/json", "boost/asio", "boost/beast", "boost/system", "boost/core", "openssl", "fmt", "CLI", "gtk", "webkit", "jsc", "glib", "glib-unix", "gio"},
               {"boost/json"}),
}
# Beast costs a minute a file and its parsers need care: only these folders may include it.
ONLY_IN = {"boost/beast": ("server/src/net/", "client/src/net/", "client/src/link/"), "CLI": ("main.cpp", "command_line.cpp", "/cli/"),
           # Vector instructions: each file has a plain twin that gives the same.
           "immintrin.h": ("engine/src/grading/columnar/", "engine/src/analysis/"),
           # The printer's libraries stay out of what servers link.
           "cairo": ("vault/src/print/",), "pango": ("vault/src/print/",), "librsvg": ("vault/src/print/",),
           "p11-kit": ("vault/src/token/",), "tss2": ("server/src/host_key/",),
           "malloc.h": ("server/src/zeroing_memory.cpp",),
           "gdk-pixbuf": ("vault/src/print/",), "glib-object.h": ("vault/src/print/",)}

SYSTEM = re.compile(r"^(sys|arpa|netinet|linux)/|^[a-z0-9_]+$|^(unistd|fcntl|termios|signal|pthread|poll|errno|time|spawn|dirent|dlfcn|stdlib|string|netdb)\.h$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def problems(root, modules):
    found = []
    names = set(modules)
    for module, (may_use, _, _) in modules.items():
        for other in may_use:
            if other not in names:
                found.append(f"the map: {module} may use {other}, which has no row")
    # A cycle in the map: remove modules that use nothing left until none is left.
    left = {module: set(row[0]) & names for module, row in modules.items()}
    while left:
        free = [module for module, uses in left.items() if not uses]
        if not free:
            found.append(f"the map has a cycle among {', '.join(sorted(left))}")
            break
        for module in free:
            del left[module]
        for uses in left.values():
            uses.difference_update(free)
    for folder in sorted(root.iterdir()):
        if (folder / "include" / "papervault").is_dir() and folder.name not in names:
            found.append(f"module {folder.name} has no row in the map")
    for module, (may_use, libraries, shown) in modules.items():
        base = root / module
        for file in sorted([*base.rglob("*.hpp"), *base.rglob("*.cpp")]):
            path = file.relative_to(root).as_posix()
            if "node_modules" in path:
                continue
            public = path.startswith(f"{module}/include/")
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                kind, name = match.groups()
                at = f"{path}:{number}: includes {name}"
                ours = re.match(r"papervault/(\w+)/", name)
                if ours:
                    if ours.group(1) != module and ours.group(1) not in may_use:
                        found.append(f"{at}; {module} may include: {', '.join(sorted(may_use)) or 'nothing of ours'}")
                    continue
                if kind == '"':
                    if public or name.startswith("../"):
                        found.append(f"{at}; public headers include only public ones, and nothing climbs out of its module")
                    continue
                if SYSTEM.match(name):
                    continue
                allowed = shown if public else libraries
                library = next((lib for lib in libraries | {"boost/json"} if name == lib or name.startswith((lib + "/", lib + "."))), None)
                if library not in allowed:
                    found.append(f"{at}; allowed here: {', '.join(sorted(allowed)) or 'only the standard library'}")
                elif library in ONLY_IN and not any(place in path for place in ONLY_IN[library]):
                    found.append(f"{at}; only in {', '.join(ONLY_IN[library])}")
    return found


def self_test(tmp):
    """The check itself refuses what it must."""
    def tree(files):
        for name, text in files.items():
            path = tmp / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    tree({"a/include/papervault/a/x.hpp": "#include <papervault/b/y.hpp>\n#include <vector>\n",
          "b/src/y.cpp": "#include <sodium.h>\n#include <vector>\n", "c/include/papervault/c/z.hpp": ""})
    forbidden = problems(tmp, {"a": (set(), set(), set()), "b": ({"a"}, set(), set())})
    assert any("a/include/papervault/a/x.hpp:1" in line for line in forbidden), forbidden
    assert any("b/src/y.cpp:1" in line for line in forbidden), forbidden
    assert any("module c has no row" in line for line in forbidden), forbidden
    cycle = problems(tmp, {"a": ({"b"}, set(), set()), "b": ({"a"}, {"sodium"}, set()), "c": (set(), set(), set())})
    assert any("cycle" in line for line in cycle), cycle
    assert not any("x.hpp" in line for line in cycle), cycle


def main():
    if "--self-test" in sys.argv:
        import tempfile
        with tempfile.TemporaryDirectory() as tmp:
            self_test(pathlib.Path(tmp))
        return 0
    found = problems(pathlib.Path(sys.argv[1]), MAP)
    print("\n".join(found) if found else "includes follow the module map")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
