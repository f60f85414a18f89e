#include <algorithm>

#include "attngate/base/joined.h"
#include "attngate/properties/agreement.h"
#include "attngate/properties/guarded_memory.h"
#include "attngate/properties/known_issues.h"
#include "attngate/properties/metamorphic_properties.h"
#include "attngate/properties/status.h"
#include "attngate/properties/weights.h"

namespace attngate {

const std::vector<Property>& properties() {
  static const std::vector<Property> all = [] {
    std::vector<Property> list = {agreement_property(),
                                  agreement_math_property(),
                                  agreement_cudnn_property(),
                                  agreement_large_property(),
                                  agreement_compiled_property(),
                                  agreement_graphed_property(),
                                  status_property(),
                                  weights_property(),
                                  guarded_memory_property(),
                                  known_issues_property()};
    for (Property& property : metamorphic_properties()) list.push_back(std::move(property));
    return list;
  }();
  return all;
}

const Property* find_property(const std::string& name) {
  const auto found = std::ranges::find(properties(), name, &Property::name);
  return found == properties().end() ? nullptr : &*found;
}

std::string property_names() { return joined(properties(), ", ", &Property::name); }

}  // namespace attngate
