#include "attngate/cli/command.h"

int main(int argc, char** argv) { return attngate::run_command(argc, argv); }
