#pragma once

#include "attngate/oracle/path_executor.h"
#include "attngate/properties/property.h"

namespace attngate {

/// The verdict where a property has nothing to say about a case.
Verdict not_applicable(std::string reason);

/// The same where no path takes part: "no path of ... <what it would have to do>".
Verdict no_path(const PropertyContext& context, const std::string& what);

/// Moves outcomes and failed pairs into the verdict and says whether it holds, and why not.
void conclude(Verdict& verdict, std::vector<Execution>& executions, std::vector<PathOutcome> failed_pairs = {});

}  // namespace attngate
