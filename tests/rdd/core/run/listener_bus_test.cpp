#include <millrace/rdd/core/run/listener_bus.hpp>

#include "support/observed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

using test::Gate;
using test::Happenings;
using Events = std::vector<std::string>;

/// Gets numbers.
struct Listener {
  explicit Listener(std::function<void(std::int64_t)> run = {}) : callback(std::move(run)) {}
  void onNumber(std::int64_t number) {
    if (callback) callback(number);
    heard.add(std::to_string(number));
  }
  std::function<void(std::int64_t)> callback;
  Happenings heard;
};

struct Bus : ListenerBus<Listener> {
  Bus() : ListenerBus("a listener") {}
};

Bus::Event event(std::int64_t number) {
  return [number](Listener& to) { to.onNumber(number); };
}
void post(Bus& bus, std::int64_t number) { bus.post(event(number)); }

TEST(ListenerBus, DeliversInPostingOrderToEveryListener) {
  Bus bus;
  auto first = std::make_shared<Listener>(), second = std::make_shared<Listener>();
  bus.add(first);
  bus.add(second);
  Events expected;
  for (int number = 0; number < 500; ++number) {
    post(bus, number);
    expected.push_back(std::to_string(number));
  }
  EXPECT_TRUE(bus.stop(test::soon()));
  EXPECT_EQ(first->heard.all(), expected);
  EXPECT_EQ(second->heard.all(), expected);
}

TEST(ListenerBus, CallsBackOnAThreadOfItsOwn) {
  Bus bus, other;
  auto listener = std::make_shared<Listener>([&, poster = std::this_thread::get_id()](std::int64_t) {
    EXPECT_TRUE(bus.isCallbackThread());
    EXPECT_FALSE(other.isCallbackThread());
    EXPECT_NE(std::this_thread::get_id(), poster);
  });
  bus.add(listener);
  post(bus, 1);
  EXPECT_TRUE(bus.stop(test::soon()));
  EXPECT_FALSE(bus.isCallbackThread());
  EXPECT_EQ(listener->heard.all(), Events{"1"});
}

TEST(ListenerBus, ListenersHearWhatIsPostedBetweenAddAndRemove) {
  Bus bus;
  auto always = std::make_shared<Listener>(), sometimes = std::make_shared<Listener>();
  post(bus, 1);
  bus.add(always);
  bus.add(sometimes);
  post(bus, 2);
  sometimes->heard.await(1);
  bus.remove(sometimes);
  post(bus, 3);
  EXPECT_TRUE(bus.stop(test::soon()));
  EXPECT_EQ(always->heard.all(), (Events{"2", "3"}));
  EXPECT_EQ(sometimes->heard.all(), (Events{"2"}));
}

TEST(ListenerBus, OnlyTheNewListenerHearsItsGreeting) {
  Bus bus;
  auto first = std::make_shared<Listener>(), second = std::make_shared<Listener>();
  bus.add(first);
  post(bus, 1);
  bus.add(second, event(7));
  post(bus, 2);
  EXPECT_TRUE(bus.stop(test::soon()));
  EXPECT_EQ(first->heard.all(), (Events{"1", "2"}));
  EXPECT_EQ(second->heard.all(), (Events{"7", "2"}));
}

TEST(ListenerBus, KnowsWhetherSomebodyListens) {
  Bus bus;
  auto listener = std::make_shared<Listener>();
  EXPECT_FALSE(bus.isHeard());
  bus.add(listener);
  EXPECT_TRUE(bus.isHeard());
  bus.remove(listener);
  EXPECT_FALSE(bus.isHeard());
  EXPECT_TRUE(bus.stop(test::soon()));
}

TEST(ListenerBus, SlowListenerHoldsUpNobodyAndLosesOnlyWhatIsTooMuch) {
  test::ObservedLog log;
  Bus bus;
  auto gate = Gate::make();
  auto listener = std::make_shared<Listener>([gate](std::int64_t number) {
    if (number == 0) gate->pass();
  });
  bus.add(listener);
  post(bus, 0);
  gate->awaitArrivals(1);
  constexpr auto kMost = static_cast<std::int64_t>(Bus::kMostWaiting);
  for (std::int64_t number = 1; number <= kMost + 7; ++number) post(bus, number);
  gate->open();
  EXPECT_TRUE(bus.stop(test::soon()));
  auto heard = listener->heard.all();
  ASSERT_EQ(heard.size(), Bus::kMostWaiting + 1);
  EXPECT_EQ(heard.back(), std::to_string(kMost));
  EXPECT_EQ(log.all(), Events{"a listener is too slow, events were dropped events=7"});
}

TEST(ListenerBus, WhatAListenerThrowsIsLoggedAndHarmsNobody) {
  test::ObservedLog log;
  Bus bus;
  auto throwing = std::make_shared<Listener>([](std::int64_t number) {
    if (number == 1) throw std::runtime_error("no more");
    if (number == 2) throw 42;
  });
  auto quiet = std::make_shared<Listener>();
  bus.add(throwing);
  bus.add(quiet);
  for (int number : {1, 2, 3}) post(bus, number);
  EXPECT_TRUE(bus.stop(test::soon()));
  EXPECT_EQ(throwing->heard.all(), Events{"3"});
  EXPECT_EQ(quiet->heard.all(), (Events{"1", "2", "3"}));
  EXPECT_EQ(log.all(), (Events{"a listener threw error=\"no more\"",
                               "a listener threw error=\"an exception of type int\""}));
}

TEST(ListenerBus, StopWaitsForWhatWasPostedAndTakesNoMore) {
  Bus bus;
  auto gate = Gate::make();
  auto listener = std::make_shared<Listener>([gate](std::int64_t) { gate->pass(); });
  bus.add(listener);
  post(bus, 1);
  post(bus, 2);
  gate->awaitArrivals(1);
  EXPECT_FALSE(bus.stop(test::atOnce()));
  post(bus, 3);
  gate->open();
  EXPECT_TRUE(bus.stop(test::soon()));
  EXPECT_EQ(listener->heard.all(), (Events{"1", "2"}));
}

TEST(ListenerBus, IsGoneWhileAListenerIsStuck) {
  auto gate = Gate::make();
  auto listener = std::make_shared<Listener>([gate](std::int64_t) { gate->pass(); });
  {
    Bus bus;
    bus.add(listener);
    post(bus, 1);
    gate->awaitArrivals(1);
  }
  EXPECT_EQ(listener->heard.all(), Events{});
  gate->open();
  EXPECT_EQ(listener->heard.await(1), Events{"1"});
}

}  // namespace
}  // namespace millrace::core
