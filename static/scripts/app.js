// The one script. Every page works without it; each module improves what the HTML already does
// and does nothing on a page that has not got what it looks for.

import { announceErrors } from "./errors.js";
import { countCharacters } from "./counts.js";
import { keepDrafts } from "./drafts.js";
import { completeMentions } from "./mentions.js";
import { showPasswords } from "./passwords.js";
import { decideByKeyboard } from "./queue.js";
import { quoteSelections } from "./quotes.js";
import { recordReading } from "./reading.js";
import { reachScrollers } from "./scrollers.js";
import { takeSelections } from "./redacting.js";
import { sendOnce } from "./sending.js";
import { offerSimilar } from "./similar.js";
import { pickTopics } from "./topics.js";

for (const improve of [
  announceErrors,
  sendOnce,
  keepDrafts,
  completeMentions,
  recordReading,
  pickTopics,
  offerSimilar,
  countCharacters,
  quoteSelections,
  takeSelections,
  decideByKeyboard,
  showPasswords,
  reachScrollers,
]) {
  improve();
}
