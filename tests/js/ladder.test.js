import { equal } from "./check.js";
import { isAbnormal, isOpen } from "../../static/js/ladder.js";

const WEEK = [[["08:00", "12:30"], ["14:00", "18:00"]], [], [], [], [], [], [["09:00", "10:00"]]];
const LIMITS = {
  lasting: 4, lasting_hours: 72, rise: 2, rise_hours: 48, strong: 8, strong_hours: 24, late: 2, late_hours: 144,
};

export default function (test) {
  test("a clinic is open on its own clock, wherever the phone is", () => {
    // A Monday in Berlin, an hour ahead of UTC.
    const at = (time) => isOpen(WEEK, "Europe/Berlin", Date.parse(`2026-03-09T${time}Z`));
    equal([at("06:59"), at("07:00"), at("11:29"), at("11:30"), at("16:59"), at("17:00")],
      [false, true, true, false, true, false]);
    equal(isOpen(WEEK, "Pacific/Auckland", Date.parse("2026-03-08T20:30Z")), true, "Monday there");
    equal(isOpen(null, "Europe/Berlin", 0), null);
  });

  test("soreness is abnormal as the server's rule has it", () => {
    for (const [ratings, expected] of [
      [[[2, 10]], false],
      [[[24, 10]], false],
      [[[24.1, 8]], true],
      [[[71.9, 5]], false],
      [[[72, 4]], true],
      [[[30, 4], [48, 6]], false],
      [[[30, 4], [48.1, 6]], true],
      [[[40, 3], [50, 2], [60, 3], [70, 4]], true],
      [[[1, 0], [24, 6], [50, 5]], false],
      [[[100, 3], [143.9, 2]], false],
      [[[100, 3], [144, 2]], true],
      [[[80, 0], [30, 9]], false],
    ]) {
      const rows = ratings.map(([hours, soreness]) => ({ hours, soreness }));
      equal(isAbnormal(rows, LIMITS), expected, JSON.stringify(ratings));
    }
  });
}
