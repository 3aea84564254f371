// Metrics on their way into Prometheus' text format.
#pragma once

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <string>
#include <utility>
#include <vector>

namespace optare {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

// Samples of one name come one after the other.
class Families {
 public:
  void counter(const std::string& name, const std::string& help, double value,
               MetricLabels labels = {}) {
    add(name, help, prometheus::MetricType::Counter, std::move(labels)).counter.value = value;
  }
  void gauge(const std::string& name, const std::string& help, double value,
             MetricLabels labels = {}) {
    add(name, help, prometheus::MetricType::Gauge, std::move(labels)).gauge.value = value;
  }
  prometheus::ClientMetric& add(const std::string& name, const std::string& help,
                                prometheus::MetricType type, MetricLabels labels) {
    if (families_.empty() || families_.back().name != name)
      families_.push_back({name, help, type, {}});
    prometheus::ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    return metric;
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace optare
