package dev.microbatch.examples;

import org.apache.beam.sdk.transforms.DoFn;

/**
 * Cuts lines into words. A word is a maximal run of letters, as Unicode defines them ({@link
 * Character#isLetter(int)}); case matters.
 *
 * <p>Every character of the input passes here, so the line is scanned by hand: a regular expression
 * takes several times as long.
 */
final class ExtractWords extends DoFn<String, String> {
  private static final long serialVersionUID = 1L;

  /** Called by Beam. */
  @ProcessElement
  public void processElement(@Element String line, OutputReceiver<String> words) {
    int length = line.length();
    int start = -1;
    int i = 0;
    while (i < length) {
      int width = letterWidth(line, i);
      if (width > 0) {
        if (start < 0) {
          start = i;
        }
        i += width;
      } else {
        if (start >= 0) {
          words.output(line.substring(start, i));
          start = -1;
        }
        // A surrogate pair that is no letter is passed in two steps: no half of it is a letter.
        i++;
      }
    }
    if (start >= 0) {
      words.output(line.substring(start));
    }
  }

  /** The number of chars that the letter at {@code i} takes, or 0 if there is no letter. */
  private static int letterWidth(String line, int i) {
    char c = line.charAt(i);
    if (c < 0x80) {
      char lowerCase = (char) (c | 0x20);
      return lowerCase >= 'a' && lowerCase <= 'z' ? 1 : 0;
    }
    int codePoint = line.codePointAt(i);
    return Character.isLetter(codePoint) ? Character.charCount(codePoint) : 0;
  }
}
