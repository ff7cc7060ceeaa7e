import { equal } from "./check.js";
import { batchOf } from "../../static/js/operations.js";

const item = (seq, episode_id, local_date = "2026-11-22") => ({
  seq,
  operation: { kind: "checkin", local_date, entry_id: `entry ${seq}`, data: { episode_id } },
});
const seqs = (items) => items.map(({ seq }) => seq);

export default function (test) {
  test("of several operations on one entry only the first is sent", () => {
    const waiting = [item(1, "knee"), item(2, "knee"), item(3, "neck"), item(4, "knee", "2026-11-21")];
    equal(seqs(batchOf(waiting, 50)), [1, 3, 4]);
    equal(seqs(batchOf(waiting, 2)), [1, 3]);
  });

  test("what follows one without an answer does not overtake it", () => {
    const waiting = [item(1, "knee"), item(2, "knee"), item(3, "neck")];
    equal(seqs(batchOf(waiting, 50, new Set([1]))), [3]);
    equal(batchOf(waiting, 50, new Set([1, 3])).length, 0);
    equal(seqs(batchOf(waiting.slice(1), 50, new Set([1]))), [2, 3]);
  });
}
