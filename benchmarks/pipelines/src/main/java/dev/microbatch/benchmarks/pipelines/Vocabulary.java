package dev.microbatch.benchmarks.pipelines;

/** Made-up words: distinct, lower case, frequent ones short. */
final class Vocabulary {

  private static final String CONSONANTS = "bcdfghjklmnprstvwz";
  private static final String VOWELS = "aeiou";
  private static final int SYLLABLES = CONSONANTS.length() * VOWELS.length();

  private Vocabulary() {}

  /**
   * The word of a rank: the rank written in syllables, and a last consonant.
   *
   * @param rank from 0, the most frequent
   */
  static String word(int rank) {
    StringBuilder word = new StringBuilder();
    int rest = rank;
    do {
      int syllable = rest % SYLLABLES;
      word.append(CONSONANTS.charAt(syllable / VOWELS.length()));
      word.append(VOWELS.charAt(syllable % VOWELS.length()));
      rest = rest / SYLLABLES - 1;
    } while (rest >= 0);
    return word.append(CONSONANTS.charAt(rank % CONSONANTS.length())).toString();
  }
}
