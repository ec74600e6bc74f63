package dev.microbatch.executor.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page about the format says what the code does, as far as a test can tell. */
class CheckpointFormatPageTest {

  private static final Path PAGE = Path.of("..", "docs", "checkpoint-format.md");

  @Test
  void namesTheFormatThatIsWritten() throws IOException {
    String page = Files.readString(PAGE);
    assertThat(ManifestFormat.FORMAT, is(DataFileHeader.FORMAT));
    assertThat(page, containsString("The format is **" + ManifestFormat.FORMAT + "**."));
    assertThat(page, containsString("{\"format\":" + ManifestFormat.FORMAT + ","));
    assertThat(page, containsString("\n| " + ManifestFormat.FORMAT + " | this version |"));
  }

  @Test
  void hasEveryKindAndOperationWithItsCode() throws IOException {
    String page = Files.readString(PAGE);
    for (StateEntry.Kind kind : StateEntry.Kind.values()) {
      assertThat(page, containsString("\n| " + kind.code() + " | `" + kind + "` | [`"));
      assertThat(page, containsString("\n**`" + kind + "`**: "));
    }
    for (StateEntry.Op op : StateEntry.Op.values()) {
      assertThat(page, containsString("\n| " + op.code() + " | `" + op + "` | "));
    }
  }

  @Test
  void hasEveryKindOfFile() throws IOException {
    String page = Files.readString(PAGE);
    for (FileName.Kind kind : FileName.Kind.values()) {
      String name = new FileName(kind, 1, 0, "0".repeat(16), 0).toString();
      String suffix = name.substring(name.indexOf('.') + 1);
      String row = String.format(Locale.ROOT, "\n| `%c` | `%s` | ", name.charAt(0), suffix);
      assertThat(page, containsString(row));
    }
    assertThat(page, containsString("`" + DirectoryLock.FILE + "`: "));
  }

  @Test
  void linksToClassesThatAreThere() throws IOException {
    String page = Files.readString(PAGE);
    Matcher links = Pattern.compile("(?m)^\\[`(\\w+)`\\]: (\\S+)$").matcher(page);
    int count = 0;
    while (links.find()) {
      Path target = PAGE.resolveSibling(links.group(2)).normalize();
      assertThat(target + " is there", Files.exists(target), is(true));
      assertThat(target.toString(), containsString(links.group(1) + ".java"));
      count++;
    }
    assertThat(count, is(greaterThan(20)));
    Matcher used = Pattern.compile("\\[`(\\w+)`\\](?!:)").matcher(page);
    while (used.find()) {
      assertThat(page, containsString("\n[`" + used.group(1) + "`]: "));
    }
  }
}
