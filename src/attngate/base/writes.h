#pragma once

namespace attngate {

/// From now on a write that the system will not have fails and does not end this process: beyond a limit on the size of
/// files (SIGXFSZ), and to a reader that is gone (SIGPIPE).
void let_bad_writes_fail();

/// Takes the place of standard streams that are closed, so that no file comes to lie where output is printed to. What
/// is written to them fails.
void occupy_closed_streams();

}  // namespace attngate
