#include "attngate/gates/planted_mistake.h"

#include <stdexcept>

#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/case/text.h"

namespace attngate {
namespace {

std::string backend_suffix(const std::string& name) {
  const std::size_t dot = name.find('.');
  return dot == std::string::npos ? "" : name.substr(dot);
}

std::string with_backend(const std::string& name, const std::string& backend) {
  return name.substr(0, name.size() - backend_suffix(name).size()) + "." + backend;
}

}  // namespace

std::string to_string(PlantedMistake mistake) {
  switch (mistake) {
    case PlantedMistake::none:
      return "none";
    case PlantedMistake::math_backend:
      return "math";
    case PlantedMistake::padding:
      return "padding";
    case PlantedMistake::upcast:
      return "upcast";
  }
  throw std::logic_error("no such mistake");
}

PlantedMistake parse_planted_mistake(const std::string& name) {
  for (const PlantedMistake mistake :
       {PlantedMistake::none, PlantedMistake::math_backend, PlantedMistake::padding, PlantedMistake::upcast}) {
    if (to_string(mistake) == name) return mistake;
  }
  throw UsageError("--plant " + printable(name) + ": must be math, padding, upcast or none");
}

bool make_mistake(OperatorRequest& candidate, const Gate& gate, PlantedMistake mistake) {
  switch (mistake) {
    case PlantedMistake::none:
      return true;
    case PlantedMistake::math_backend:
      if (backend_suffix(candidate.name).empty()) return false;  // its backend was settled when it was compiled
      candidate.name = with_backend(candidate.name, "math");
      return true;
    case PlantedMistake::padding:
      if (gate.candidate.form != InputForm::nested) return false;
      candidate.name = "nn_mha_slow.efficient";
      return true;
    case PlantedMistake::upcast: {
      if (gate.attention_case.dtype == DType::fp32) return false;
      AttentionCase upcast = gate.attention_case;
      upcast.dtype = DType::fp32;
      candidate.line = to_line(upcast);
      if (!backend_suffix(candidate.name).empty()) candidate.name = with_backend(candidate.name, "efficient");
      return true;
    }
  }
  throw std::logic_error("no such mistake");
}

}  // namespace attngate
