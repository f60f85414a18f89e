#!/usr/bin/env python3
"""Checks that each room of src/attngate includes only itself and the rooms it may use."""

import argparse
import pathlib
import re
import sys

DESCRIPTION = """\
A room is a folder of src/attngate. src/attngate/CMakeLists.txt lists them from the ground up; the rooms that one names
there, and those that these name, are all that its sources may include. A room without LIBTORCH includes nothing of
LibTorch or CUDA either. So there are no cycles, and nothing reaches up."""

SOURCES = {".cpp", ".cu", ".h", ".cuh"}
GENERATED = {"attngate/version.h", "attngate/source_folders.h"}
ROOM = re.compile(r"^attngate_add_room\((\S+)([^)]*)\)", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)
LIBTORCH = re.compile(r"(ATen|c10|torch|caffe2|cuda|thrust|cub)/|cuda\w*\.h$|cu\w+\.h$")


class Rooms:
    """The rooms as src/attngate/CMakeLists.txt has them."""

    def __init__(self, text):
        self.faults = []
        self.usable = {}  # folder of a room -> folders that it may include from
        self.libtorch = set()
        for folder, rest in ROOM.findall(text):
            if " LIBTORCH" in rest:
                self.libtorch.add(folder)
            self.usable[folder] = {folder}
            for name in re.findall(r"attngate::(\w+)", rest):
                self.use(folder, name)

    def use(self, folder, name):
        other = next((room for room in self.usable if room.replace("/", "_") == name and room != folder), None)
        if other is None:
            self.faults.append(f"src/attngate/CMakeLists.txt: {folder} uses {name}, and no room above it has that name")
        else:
            self.usable[folder] |= self.usable[other]


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def room_of(folder):
    return folder.relative_to("attngate").as_posix()


def faults_of_file(root, file, rooms):
    folder = room_of(file.parent.relative_to(root / "src"))
    if folder not in rooms.usable:
        return [f"{file.relative_to(root)}: {folder} is no room in src/attngate/CMakeLists.txt"]
    faults = []
    text = file.read_text()
    for include in INCLUDE.finditer(text):
        name = include[1]
        place = f"{file.relative_to(root)}:{line_of(text, include.start(1))}: {name}"
        if not name.startswith("attngate/"):
            if LIBTORCH.match(name) and folder not in rooms.libtorch:
                faults.append(f"{place}: {folder} is a room without LibTorch")
        elif name in GENERATED:
            continue
        elif not (root / "src" / name).exists():
            faults.append(f"{place}: no such file in src")
        elif (other := room_of(pathlib.PurePosixPath(name).parent)) not in rooms.usable[folder]:
            allowed = ", ".join(sorted(rooms.usable[folder]))
            faults.append(f"{place}: {folder} may not use {other}; it may use {allowed}")
    return faults


def plain_sources(root, rooms):
    """The sources of the rooms without LibTorch."""
    return [file for room in rooms.usable if room not in rooms.libtorch
            for file in sorted((root / "src/attngate" / room).glob("*.cpp"))]


def main():
    parser = argparse.ArgumentParser(
        prog="check_rooms", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit codes: 0 all rooms keep to it, 1 one does not, 2 wrong usage.")
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent,
                        help="the repository (default: the one of this script)")
    parser.add_argument("--plain-sources", action="store_true",
                        help="checks nothing: prints the sources of the rooms without LibTorch")
    options = parser.parse_args()
    root = options.root.resolve()
    listing = root / "src/attngate/CMakeLists.txt"
    if not listing.exists():
        parser.error(f"there is no {listing}")
    rooms = Rooms(listing.read_text())
    if options.plain_sources:
        print(*plain_sources(root, rooms), sep="\n")
        return 0
    files = sorted(file for file in (root / "src/attngate").rglob("*") if file.suffix in SOURCES)
    faults = rooms.faults + [fault for file in files for fault in faults_of_file(root, file, rooms)]
    if not rooms.usable or not files:
        faults.append(f"{listing}: no room with a source in it")
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"check_rooms: {len(files)} files in {len(rooms.usable)} rooms include only what they may")
    return 1 if faults else 0


sys.exit(main())
