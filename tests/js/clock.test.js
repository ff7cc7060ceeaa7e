// Days and times: on the days when clocks are put forward or back, at the world's ends, on phones that are wrong.

import * as clock from "../../static/js/clock.js";
import { equal, numbers, ok, throws } from "./check.js";

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/St_Johns",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
];

const at = (text) => Date.parse(text);

export default function (test) {
  test("a day is the zone's, as a date or as a number", () => {
    const cases = [
      ["2026-11-22T22:59:59Z", "Europe/Berlin", "2026-11-22"],
      ["2026-11-22T23:00:00Z", "Europe/Berlin", "2026-11-23"],
      ["2026-11-22T09:59:59Z", "Pacific/Kiritimati", "2026-11-22"],
      ["2026-11-22T10:00:00Z", "Pacific/Kiritimati", "2026-11-23"],
      ["2026-11-22T10:59:59Z", "Pacific/Pago_Pago", "2026-11-21"],
      ["2026-11-22T11:00:00Z", "Pacific/Pago_Pago", "2026-11-22"],
      ["2026-11-22T18:29:59Z", "Asia/Kolkata", "2026-11-22"],
      ["2026-11-22T18:30:00Z", "Asia/Kolkata", "2026-11-23"],
      ["2026-12-31T23:30:00Z", "Europe/Berlin", "2027-01-01"],
      ["2027-01-01T04:59:59Z", "America/New_York", "2026-12-31"],
      ["2028-02-29T12:00:00Z", "UTC", "2028-02-29"],
    ];
    for (const [instant, zone, day] of cases) {
      equal(clock.localDay(at(instant), zone), day, `${instant} ${zone}`);
      equal(clock.localDay(new Date(instant), zone), day, `${instant} ${zone}`);
    }
  });

  test("a stamp carries the offset of that instant", () => {
    const cases = [
      ["2026-11-22T17:03:00Z", "Europe/Berlin", "2026-11-22T18:03:00+01:00"],
      ["2026-07-01T17:03:00Z", "Europe/Berlin", "2026-07-01T19:03:00+02:00"],
      ["2026-11-22T17:03:00.999Z", "UTC", "2026-11-22T17:03:00+00:00"],
      ["2026-11-22T17:03:00Z", "Asia/Kolkata", "2026-11-22T22:33:00+05:30"],
      ["2026-11-22T17:03:00Z", "Asia/Kathmandu", "2026-11-22T22:48:00+05:45"],
      ["2026-11-22T17:03:00Z", "America/St_Johns", "2026-11-22T13:33:00-03:30"],
      ["2026-11-22T17:03:00Z", "Pacific/Kiritimati", "2026-11-23T07:03:00+14:00"],
      ["2026-11-22T10:03:00Z", "Pacific/Pago_Pago", "2026-11-21T23:03:00-11:00"],
      ["2026-11-22T00:00:00Z", "UTC", "2026-11-22T00:00:00+00:00"],
    ];
    for (const [instant, zone, stamp] of cases) {
      equal(clock.localStamp(at(instant), zone), stamp, zone);
      equal(clock.localStamp(new Date(instant), zone), stamp, zone);
    }
  });

  test("clocks put forward lose an hour, put back they tell the hour twice", () => {
    const berlin = (text) => clock.localStamp(at(text), "Europe/Berlin");
    equal(berlin("2026-03-29T00:59:59Z"), "2026-03-29T01:59:59+01:00");
    equal(berlin("2026-03-29T01:00:00Z"), "2026-03-29T03:00:00+02:00");
    equal(berlin("2026-10-25T00:30:00Z"), "2026-10-25T02:30:00+02:00");
    equal(berlin("2026-10-25T01:30:00Z"), "2026-10-25T02:30:00+01:00");
    // Lord Howe moves by half an hour.
    const lord = (text) => clock.localStamp(at(text), "Australia/Lord_Howe");
    equal(lord("2026-04-04T14:59:59Z"), "2026-04-05T01:59:59+11:00");
    equal(lord("2026-04-04T15:00:00Z"), "2026-04-05T01:30:00+10:30");
    // Samoa left out a whole day.
    const apia = (text) => clock.localDay(at(text), "Pacific/Apia");
    equal(apia("2011-12-30T09:59:59Z"), "2011-12-29");
    equal(apia("2011-12-30T10:00:00Z"), "2011-12-31");
  });

  test("the days of short and long nights hold what they hold", () => {
    const hoursOf = (day) => {
      const noon = at(`${day}T12:00:00Z`);
      const quarters = Array.from({ length: 4 * 48 }, (_, n) => noon + (n - 96) * 900_000);
      return quarters.filter((one) => clock.localDay(one, "Europe/Berlin") === day).length / 4;
    };
    equal(["2026-03-28", "2026-03-29", "2026-10-25"].map(hoursOf), [24, 23, 25]);
  });

  test("a stamp names the very instant, in every zone and any year", () => {
    const draw = numbers(7);
    for (let n = 0; n < 4000; n++) {
      const instant = Math.floor(at("1972-01-01") + draw() * (at("2099-01-01") - at("1972-01-01")));
      const zone = ZONES[Math.floor(draw() * ZONES.length)];
      const stamp = clock.localStamp(instant, zone);
      ok(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/.test(stamp), stamp);
      equal(at(stamp), Math.floor(instant / 1000) * 1000, `${zone} ${stamp}`);
      equal(stamp.slice(0, 10), clock.localDay(instant, zone), zone);
      equal(stamp.slice(11, 19), new Date(instant).toLocaleTimeString("en-GB", { timeZone: zone }), zone);
    }
  });

  test("an offset of seconds, as long ago, still names the instant", () => {
    for (const zone of ["Europe/Amsterdam", "Africa/Monrovia", "Asia/Kolkata"]) {
      const stamp = clock.localStamp(at("1905-06-01T12:00:00Z"), zone);
      equal(at(stamp), at("1905-06-01T12:00:00Z"), stamp);
    }
  });

  test("a zone or an instant that does not exist is told", async () => {
    await throws(() => clock.localDay(0, "Mars/Olympus"), "RangeError");
    await throws(() => clock.localDay(NaN, "UTC"), "RangeError");
  });

  test("a phone that is ten years off is put right", () => {
    const truth = at("2026-11-22T17:03:00Z");
    for (const years of [-10, 10]) {
      const wrong = truth + years * 365.25 * 86_400_000;
      const offset = clock.offsetFrom("2026-11-22T18:03:00.250000+01:00", wrong, wrong + 500);
      equal(clock.correct(wrong, offset), truth);
      equal(clock.localDay(clock.correct(wrong + 7 * 3_600_000, offset), "UTC"), "2026-11-23");
    }
  });

  test("the server spoke in the middle of the round trip", () => {
    equal(clock.offsetFrom("1970-01-01T00:01:00Z", 10_000, 20_000), 45_000);
    equal(clock.offsetFrom("1970-01-01T00:00:00Z", 10_000, 20_001), -15_000);
  });

  test("what is not known changes nothing", () => {
    equal(clock.correct(1000, null), 1000);
    equal(clock.correct(1000, undefined), 1000);
    equal(clock.correct(1000, clock.offsetFrom("soon", 1, 2)), 1000);
    equal(clock.correct(1000, 0), 1000);
    equal(clock.correct(1000, -300), 700);
  });

  test("however slow the network, the correction errs by half of it at most", () => {
    const draw = numbers(11);
    for (let n = 0; n < 1000; n++) {
      const [there, back, skew] = [draw() * 9000, draw() * 9000, (draw() - 0.5) * 1e12];
      const sentAt = 1.8e12;
      const server = new Date(sentAt + there + skew).toISOString();
      const offset = clock.offsetFrom(server, sentAt, sentAt + there + back);
      ok(Math.abs(offset - skew) <= (there + back) / 2 + 2, `${there} ${back} ${skew}`);
    }
  });

  test("hours go by the instants, not by the clocks on the wall", () => {
    equal(clock.hoursBetween("2026-03-28T12:00:00+01:00", at("2026-03-29T12:00:00+02:00")), 23);
    equal(clock.hoursBetween("2026-10-24T12:00:00+02:00", new Date("2026-10-25T12:00:00+01:00")), 25);
    equal(clock.hoursBetween("2026-11-22T12:00:00Z", at("2026-11-22T11:30:00Z")), -0.5);
  });

  test("days are added over months, years and leap days", () => {
    equal(clock.addDays("2026-12-31", 1), "2027-01-01");
    equal(clock.addDays("2027-01-01", -1), "2026-12-31");
    equal(clock.addDays("2028-02-28", 1), "2028-02-29");
    equal(clock.addDays("2026-02-28", 1), "2026-03-01");
    equal(clock.addDays("2100-02-28", 1), "2100-03-01");
    equal(clock.addDays("2026-03-29", 1), "2026-03-30");
    equal(clock.addDays("2026-10-25", 1), "2026-10-26");
    equal(clock.addDays("2026-11-22", 0), "2026-11-22");
  });

  test("days between are signed and whole", () => {
    equal(clock.daysBetween("2026-03-28", "2026-03-30"), 2);
    equal(clock.daysBetween("2026-10-26", "2026-10-24"), -2);
    equal(clock.daysBetween("2026-12-31", "2027-01-01"), 1);
    equal(clock.daysBetween("2028-01-01", "2029-01-01"), 366);
    equal(clock.daysBetween("2026-11-22", "2026-11-22"), 0);
  });

  test("weeks begin on Monday", () => {
    equal(clock.weekday("2026-11-23"), 0);
    equal(clock.weekday("2026-11-22"), 6);
    equal(clock.weekday("1970-01-01"), 3);
    equal(clock.weekday("1969-12-29"), 0);
  });

  test("adding, counting and naming days agree over a century", () => {
    const draw = numbers(13);
    let [day, name] = ["1970-01-01", 3];
    for (let n = 0; n < 40_000; n++) {
      const next = clock.addDays(day, 1);
      ok(next > day, next);
      equal(clock.daysBetween(day, next), 1, next);
      [day, name] = [next, (name + 1) % 7];
      equal(clock.weekday(day), name, day);
    }
    equal(day, "2079-07-08");
    for (let n = 0; n < 2000; n++) {
      const far = Math.floor(draw() * 40_000) - 20_000;
      equal(clock.daysBetween("2026-11-22", clock.addDays("2026-11-22", far)), far);
      equal(clock.addDays(clock.addDays("2026-11-22", far), -far), "2026-11-22");
    }
  });
}
