#include "attngate/base/remove_folder.h"

#include <ftw.h>

#include <cstdio>

namespace attngate {

void remove_folder(const std::string& path) {
  const auto remove_entry = [](const char* entry, const struct stat*, int, FTW*) {
    std::remove(entry);
    return 0;  // go on with the others
  };
  constexpr int open_folders = 8;  // at once; deeper ones are read again, which costs time and nothing else
  ::nftw(path.c_str(), remove_entry, open_folders, FTW_DEPTH | FTW_PHYS);
}

}  // namespace attngate
