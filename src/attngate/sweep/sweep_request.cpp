#include "attngate/sweep/sweep_request.h"

#include <algorithm>

#include "attngate/isolation/wire.h"

namespace attngate {
namespace {

// Each message has its fields named once: `Field` puts them into a writer or gets them from a reader.
template <typename Field>
void visit(Field& field,
           auto& switches) requires std::is_same_v<std::remove_cvref_t<decltype(switches)>, BackendSwitches> {
  field(switches.math);
  field(switches.flash);
  field(switches.efficient);
  field(switches.cudnn);
}

template <typename Field>
void visit(Field& field, auto& one) requires std::is_same_v<std::remove_cvref_t<decltype(one)>, SweepOperator> {
  field(one.label);
  field(one.path);
  visit(field, one.switches);
  field(one.need_weights);
  field(one.every_round);
  field(one.skip_reason);
}

template <typename Field>
void visit(Field& field, auto& speedup) requires std::is_same_v<std::remove_cvref_t<decltype(speedup)>, SpeedupOf> {
  field(speedup.base);
  field(speedup.candidate);
}

template <typename Field>
void visit(Field& field, auto& rule) requires std::is_same_v<std::remove_cvref_t<decltype(rule)>, StoppingRule> {
  field(rule.width);
  field(rule.least_rounds);
  field(rule.most_rounds);
  field(rule.most_seconds);
}

template <typename Field>
void visit(Field& field, auto& answer) requires std::is_same_v<std::remove_cvref_t<decltype(answer)>, OperatorAnswer> {
  field(answer.kind);
  field(answer.reason);
  field(answer.backend);
  field(answer.us);
  field(answer.launches_show);
  field(answer.margin);
}

template <typename Field>
void visit(Field& field, auto& ratio) requires std::is_same_v<std::remove_cvref_t<decltype(ratio)>, RatioEstimate> {
  field(ratio.centre);
  field(ratio.lower);
  field(ratio.upper);
  field(ratio.coverage);
  field(ratio.rounds);
}

template <typename Field>
void visit(Field& field,
           auto& ratio) requires std::is_same_v<std::remove_cvref_t<decltype(ratio)>, std::optional<RatioEstimate>> {
  bool is_there = ratio.has_value();
  field(is_there);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(ratio)>>) {
    if (is_there && !ratio) ratio.emplace();
  }
  if (is_there) visit(field, *ratio);
}

struct Putter {
  WireWriter writer;
  template <typename Value>
  void operator()(const Value& value) {
    writer.put(value);
  }
  template <typename Item>
  void list(const std::vector<Item>& items) {
    writer.put(static_cast<std::uint64_t>(items.size()));
    for (const Item& item : items) visit(*this, item);
  }
};

/// No row has more operators than that: a number beyond is no message of ours.
constexpr std::uint64_t most_items = 1000;

struct Getter {
  WireReader reader;
  template <typename Value>
  void operator()(Value& value) {
    reader.get(value);
  }
  template <typename Item>
  void list(std::vector<Item>& items) {
    std::uint64_t count = 0;
    reader.get(count);
    if (count > most_items) throw WireError("a list of more than 1000 operators");
    items.resize(count);
    for (Item& item : items) visit(*this, item);
  }
};

template <typename Field>
void visit(Field& field, auto& request) requires std::is_same_v<std::remove_cvref_t<decltype(request)>, SweepRequest> {
  field(request.line);
  field.list(request.operators);
  field.list(request.speedups);
  visit(field, request.rule);
  field(request.seed);
  field(request.limit.flops);
  field(request.limit.bytes);
  field(request.quantity);
}

template <typename Field>
void visit(Field& field, auto& answer) requires std::is_same_v<std::remove_cvref_t<decltype(answer)>, SweepAnswer> {
  field.list(answer.operators);
  field.list(answer.speedups);
  field(answer.rounds);
  field(answer.worst_margin);
  field(answer.checked_sequences);
  field(answer.problem);
  field(answer.spoilt);
  field(answer.seconds.prepare);
  field(answer.seconds.check);
  field(answer.seconds.sample);
}

template <typename Message>
std::string encoded(const Message& message) {
  Putter put;
  visit(put, message);
  return put.writer.take();
}

template <typename Message>
Message decoded(std::string_view bytes) {
  Getter get{WireReader(bytes)};
  Message message;
  visit(get, message);
  get.reader.expect_end();
  return message;
}

}  // namespace

bool SweepAnswer::holds() const {
  return problem.empty() && std::ranges::none_of(operators, [](const OperatorAnswer& answer) {
           return answer.kind == OperatorAnswer::Kind::failed;
         });
}

std::string encode(const SweepRequest& request) { return encoded(request); }
std::string encode(const SweepAnswer& answer) { return encoded(answer); }
SweepRequest decode_sweep_request(std::string_view bytes) { return decoded<SweepRequest>(bytes); }
SweepAnswer decode_sweep_answer(std::string_view bytes) { return decoded<SweepAnswer>(bytes); }

}  // namespace attngate
