#include "tests/simulation/issuing.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/issuance/chain.h"
#include "core/issuance/collector.h"
#include "core/issuance/forward_mark.h"
#include "core/issuance/spool.h"
#include "tests/support/issuance_batches.h"

namespace optare::simulation {

using std::chrono::milliseconds;

namespace {

constexpr ForwardingLimits limits{.records_max = 8, .read_records_max = 4};
constexpr std::size_t partitions_most = 3;
// While nothing is written, it is tried again so often.
constexpr Duration down_patience = milliseconds(500);

std::string name_of(std::string_view batch) { return std::string(text_of(batch_hash(batch))); }

}  // namespace

// Of its own chance: whatever is issued, all else goes the same way.
Issuing::Issuing(Stage& stage) : stage_(stage), chance_(stage.scenario.seed * 2 + 7) {}

IssuanceAcknowledgements::Time Issuing::time_of(const Machine& machine) const {
  return IssuanceAcknowledgements::Time(machine.clock.boottime());
}

void Issuing::pulse(Machine& machine) {
  if (stage_.log.embedded()) return;
  Node& node = nodes_[machine.node_id];
  if (node.incarnation != machine.incarnation) start(machine, node);
  if (!ended_) {
    if (chance_.once_in(10)) issue(machine, node);
    if (chance_.once_in(100)) drop(node);
    if (node.session && chance_.once_in(50)) node.session->fault = "a fatal error";
    if (partitions_ < partitions_most && chance_.once_in(2000)) topic_.resize(++partitions_);
  }
  node.forwarding->step();
  node.acknowledgements->expire(time_of(machine));
}

// After a crash, or for the first time.
void Issuing::start(Machine& machine, Node& node) {
  if (node.forwarding) count_lost(machine, node);
  if (node.acknowledgements) node.acknowledgements->close();
  node.incarnation = machine.incarnation;
  node.session.reset();
  if (!node.spool || (!ended_ && chance_.once_in(10))) lose_spool(machine, node);
  if (!ended_ && chance_.once_in(10)) lose_mark(node);
  if (!node.marked) forget_dropped(node);
  ++node.starts;
  node.chain = chain_end(*node.spool, {node.starts});
  node.acknowledgements = std::make_shared<IssuanceAcknowledgements>();
  node.forwarding = std::make_unique<Forwarding>(*node.spool, node.mark, node.acknowledgements,
                                                 limits, ways(machine, node));
}

// Its disk is another one. The mark is that of the old spool.
void Issuing::lose_spool(Machine& machine, Node& node) {
  node.spool = std::make_unique<MemoryLog>(machine.clock);
  node.marked = false;
  node.offsets.clear();
  for (Batch& batch : node.batches) batch.gone = true;
}

void Issuing::lose_mark(Node& node) {
  node.mark.clear();
  node.marked = false;
}

// Without a mark nobody knows what was forwarded of what is kept no more.
void Issuing::forget_dropped(Node& node) {
  for (Batch& batch : node.batches) batch.gone = batch.gone || batch.dropped;
}

// What a process counted it counts again, when it ended before it marked so; but no more than its
// spool dropped.
void Issuing::count_lost(const Machine& machine, Node& node) {
  const std::uint64_t lost = node.forwarding->lost();
  node.lost += lost;
  const std::uint64_t dropped = node.spool->cut(issuance_partition).offset;
  stage_.judge.require(lost <= dropped, Rule::issued_whole, [&] {
    return fmt::format("{} counts {} batches as lost, of {} that were dropped", machine.node_id,
                       lost, dropped);
  });
}

Forwarding::Ways Issuing::ways(Machine& machine, Node& node) {
  Forwarding::Ways ways;
  ways.now = [&machine] { return machine.clock.boottime(); };
  ways.begin = [this, &machine, &node]() -> std::string {
    if (!ended_ && chance_.once_in(10)) return "no producer";
    ++sessions_;
    node.session = std::make_shared<Session>(&machine, machine.incarnation);
    return {};
  };
  ways.end = [&node] {
    node.session->over = true;
    node.session.reset();
  };
  ways.send = [this, &node](std::uint32_t place, std::string_view, std::string_view batch,
                            std::uint64_t offset) {
    const std::size_t partition = place % partitions_;
    if (!node.session->fault.empty()) return;
    node.session->in_flight[partition].push_back({offset, std::string(batch)});
    deliver_later(node.session, partition, milliseconds(30));
    if (broken(Break::acknowledge_unwritten)) node.session->acknowledged.push_back(offset);
  };
  ways.poll = [&node](const auto& acknowledged) {
    for (const std::uint64_t offset : std::exchange(node.session->acknowledged, {}))
      acknowledged(offset);
  };
  ways.fault = [&node] { return node.session->fault; };
  ways.keep_mark = [this, &node](std::string_view mark) {
    if (!ended_ && chance_.once_in(8)) throw std::runtime_error("no disk");
    node.mark = mark;
    node.marked = true;
    if (broken(Break::mark_unsent))
      node.mark =
          forward_mark_text(forward_mark_at(*node.spool, node.spool->end(issuance_partition)));
  };
  ways.mark_failed = [] {};
  ways.remark = [this, &machine](const std::string& what) {
    stage_.judge.note(machine.node_id + ": " + what);
  };
  return ways;
}

void Issuing::issue(Machine& machine, Node& node) {
  for (std::size_t more = 1 + chance_.below(6); more > 0; --more) {
    const std::uint64_t offset = node.spool->end(issuance_partition);
    add_batch(*node.spool, node.chain, {node.starts}, machine.node_id);
    if (node.spool->end(issuance_partition) == offset) return;  // its clock is refused
    const std::size_t place = node.batches.size();
    node.batches.emplace_back();
    node.offsets.push_back(place);
    known_.emplace(name_of(node.spool->read(issuance_partition, offset, 1).front().bytes), place);
    node.acknowledgements->await(
        offset,
        [this, &machine, &node, place](bool acknowledged) {
          stage_.judge.require(!acknowledged || node.batches[place].in_topic, Rule::issued_told,
                               [&] {
                                 return fmt::format("{} is told that its batch {} is in the topic",
                                                    machine.node_id, place);
                               });
        },
        time_of(machine));
  }
}

// Retention, which asks nobody.
void Issuing::drop(Node& node) {
  const std::uint64_t cut = node.spool->cut(issuance_partition).offset;
  const std::uint64_t kept = node.spool->end(issuance_partition) - cut;
  if (kept == 0) return;
  const std::uint64_t until = cut + 1 + chance_.below(kept);
  drop_batches_before(*node.spool, until);
  for (std::uint64_t offset = cut; offset < until; ++offset) {
    node.batches[node.offsets[offset]].dropped = true;
    ++dropped_;
  }
}

void Issuing::deliver_later(const std::shared_ptr<Session>& session, std::size_t partition,
                            Duration most) {
  stage_.timeline.after(chance_.between(milliseconds(1), most),
                        [this, session, partition] { deliver(session, partition); });
}

void Issuing::deliver(const std::shared_ptr<Session>& session, std::size_t partition) {
  auto& in_flight = session->in_flight[partition];
  if (in_flight.empty()) return;
  Machine& machine = *session->machine;
  const bool alive = !session->over && session->incarnation == machine.incarnation;
  session->cut_off = session->cut_off || (!alive && chance_.once_in(3));
  if (session->cut_off) return in_flight.clear();
  if (stage_.log.down(Partition::control)) return deliver_later(session, partition, down_patience);
  if (broken(Break::overtake) && in_flight.size() > 1) std::swap(in_flight[0], in_flight[1]);
  const Sent sent = std::move(in_flight.front());
  in_flight.pop_front();
  written(machine.node_id, partition, sent.bytes);
  if (!alive || broken(Break::acknowledge_unwritten)) return;
  // On one connection they come in order.
  session->written[partition].push_back(sent.offset);
  stage_.after(machine, chance_.between(milliseconds(0), milliseconds(20)), [session, partition] {
    auto& first = session->written[partition];
    session->acknowledged.push_back(first.front());
    first.pop_front();
  });
}

void Issuing::written(const std::string& node_id, std::size_t partition, const std::string& bytes) {
  topic_[partition].push_back(bytes);
  Node& node = nodes_[node_id];
  const std::size_t place = known_.at(name_of(bytes));
  Batch& batch = node.batches[place];
  if (std::exchange(batch.in_topic, true)) {
    ++repeated_;
    return;
  }
  // In a topic that got more partitions meanwhile only a reader puts them in order. And nobody
  // waits for what is in flight of what is kept no more.
  const bool any_order = partitions_ > 1 || batch.dropped || batch.gone;
  stage_.judge.require(any_order || place >= node.newest_in_topic, Rule::issued_order, [&] {
    return fmt::format("{}: batch {} stands behind batch {}", node_id, place,
                       node.newest_in_topic - 1);
  });
  node.newest_in_topic = std::max(node.newest_in_topic, place + 1);
}

void Issuing::check_the_end() {
  std::size_t made = 0;
  std::size_t there = 0;
  for (const auto& machine : stage_.machines) {
    const auto found = nodes_.find(machine->node_id);
    if (found == nodes_.end()) continue;
    check_forwarded(*machine, found->second);
    made += found->second.batches.size();
    there +=
        static_cast<std::size_t>(std::ranges::count_if(found->second.batches, &Batch::in_topic));
  }
  check_what_a_reader_finds(there, made);
}

void Issuing::check_forwarded(const Machine& machine, Node& node) {
  const auto missing = std::ranges::find_if(node.batches, [](const Batch& batch) {
    return !batch.in_topic && !batch.gone && !batch.dropped;
  });
  stage_.judge.require(missing == node.batches.end(), Rule::issued_whole, [&] {
    return fmt::format("{}: batch {} of {} is not in the topic", machine.node_id,
                       missing - node.batches.begin(), node.batches.size());
  });
  stage_.judge.require(node.forwarding->all_forwarded(), Rule::issued_whole, [&] {
    return fmt::format("{} is not done with forwarding: {}", machine.node_id,
                       node.forwarding->trouble());
  });
  count_lost(machine, node);
  const auto lost = static_cast<std::uint64_t>(std::ranges::count_if(
      node.batches, [](const Batch& batch) { return !batch.in_topic && !batch.gone; }));
  stage_.judge.require(lost <= node.lost, Rule::issued_whole, [&] {
    return fmt::format("{}: {} batches were lost, {} are counted", machine.node_id, lost,
                       node.lost);
  });
}

void Issuing::check_what_a_reader_finds(std::size_t there, std::size_t made) {
  IssuanceCollector collector;
  for (std::size_t partition = 0; partition < topic_.size(); ++partition) {
    collector.begin_partition(static_cast<int>(partition), false);
    for (std::size_t offset = 0; offset < topic_[partition].size(); ++offset) {
      const auto taken = collector.take(offset, topic_[partition][offset]);
      stage_.judge.require(taken.has_value(), Rule::issued_whole,
                           [&] { return "a reader says: " + taken.error().detail; });
    }
  }
  stage_.judge.require(collector.batches() == there, Rule::issued_whole, [&] {
    return fmt::format("a reader finds {} batches of {}", collector.batches(), there);
  });
  const auto gaps = collector.gaps();
  stage_.judge.require(gaps.empty() || there < made, Rule::issued_whole,
                       [&] { return "a reader says: " + gaps.front(); });
}

}  // namespace optare::simulation
