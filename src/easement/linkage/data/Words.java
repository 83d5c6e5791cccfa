package easement.linkage;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;

/**
 * What is said of words so that it is said as by DuckDB: of two to the last digit, by the bytes of UTF-8; of one by its
 * letters each for itself, without the rules that some languages have for several.
 *
 * Spark compiles this with its own compiler (Janino), which knows no type parameters; so nothing is shipped as bytes.
 */
public final class Words {
    private static final double STRONG = 0.7;
    private static final int LONGEST_PREFIX = 4;
    private static final int SHARP_S = 0xDF;
    private static final int CAPITAL_SHARP_S = 0x1E9E;

    private Words() {
    }

    /** The similarity of Jaro (1989) and Winkler (1990), from 0 to 1. */
    public static final class Likeness implements UDF2 {
        public Object call(Object one, Object other) {
            if (one == null || other == null) {
                return null;
            }
            return Double.valueOf(winkler(bytes(one), bytes(other)));
        }
    }

    /** In how many places they differ: bytes put in, left out, changed, or two swapped (Damerau, 1964). */
    public static final class Slips implements UDF2 {
        public Object call(Object one, Object other) {
            if (one == null || other == null) {
                return null;
            }
            return Integer.valueOf(slips(bytes(one), bytes(other)));
        }
    }

    /** In small letters. */
    public static final class Lower implements UDF1 {
        public Object call(Object word) {
            return word == null ? null : cased((String) word, false);
        }
    }

    /** In capital letters. */
    public static final class Upper implements UDF1 {
        public Object call(Object word) {
            return word == null ? null : cased((String) word, true);
        }
    }

    /** Without accents and other marks. */
    public static final class Bare implements UDF1 {
        public Object call(Object word) {
            return word == null ? null : bare((String) word);
        }
    }

    private static String cased(String word, boolean upper) {
        StringBuilder made = new StringBuilder(word.length());
        for (int place = 0; place < word.length(); ) {
            int sign = word.codePointAt(place);
            made.appendCodePoint(!upper ? Character.toLowerCase(sign) : sign == SHARP_S ? CAPITAL_SHARP_S
                    : Character.toUpperCase(sign));
            place += Character.charCount(sign);
        }
        return made.toString();
    }

    private static String bare(String word) {
        String apart = Normalizer.normalize(word, Normalizer.Form.NFD);
        StringBuilder made = new StringBuilder(apart.length());
        for (int place = 0; place < apart.length(); ) {
            int sign = apart.codePointAt(place);
            int kind = Character.getType(sign);
            if (kind != Character.NON_SPACING_MARK && kind != Character.COMBINING_SPACING_MARK
                    && kind != Character.ENCLOSING_MARK) {
                made.appendCodePoint(sign);
            }
            place += Character.charCount(sign);
        }
        return Normalizer.normalize(made.toString(), Normalizer.Form.NFC);
    }

    private static byte[] bytes(Object word) {
        return ((String) word).getBytes(StandardCharsets.UTF_8);
    }

    private static double winkler(byte[] one, byte[] other) {
        double alike = jaro(one, other);
        if (alike <= STRONG) {
            return alike;
        }
        int most = Math.min(Math.min(one.length, other.length), LONGEST_PREFIX);
        int prefix = 0;
        while (prefix < most && one[prefix] == other[prefix]) {
            prefix++;
        }
        return Math.fma(prefix * 0.1, 1.0 - alike, alike);
    }

    private static double jaro(byte[] one, byte[] other) {
        if (one.length == 0 || other.length == 0) {
            return 0.0;
        }
        int reach = Math.max(Math.max(one.length, other.length) / 2 - 1, 0);
        boolean[] taken = new boolean[one.length];
        byte[] met = new byte[other.length];
        int common = 0;
        for (int place = 0; place < other.length; place++) {
            int last = Math.min(one.length - 1, place + reach);
            for (int there = Math.max(0, place - reach); there <= last; there++) {
                if (!taken[there] && one[there] == other[place]) {
                    taken[there] = true;
                    met[common++] = other[place];
                    break;
                }
            }
        }
        if (common == 0) {
            return 0.0;
        }
        int crossed = 0;
        int next = 0;
        for (int place = 0; place < one.length; place++) {
            if (taken[place] && one[place] != met[next++]) {
                crossed++;
            }
        }
        double shared = common;
        return (shared / one.length + shared / other.length + (shared - crossed / 2) / shared) / 3.0;
    }

    private static int slips(byte[] one, byte[] other) {
        int far = one.length + other.length;
        int[][] least = new int[one.length + 2][other.length + 2];
        int[] seen = new int[256];
        least[0][0] = far;
        for (int row = 0; row <= one.length; row++) {
            least[row + 1][0] = far;
            least[row + 1][1] = row;
        }
        for (int column = 0; column <= other.length; column++) {
            least[0][column + 1] = far;
            least[1][column + 1] = column;
        }
        for (int row = 1; row <= one.length; row++) {
            int matched = 0;
            for (int column = 1; column <= other.length; column++) {
                int before = seen[other[column - 1] & 255];
                int along = matched;
                int changed = 1;
                if (one[row - 1] == other[column - 1]) {
                    changed = 0;
                    matched = column;
                }
                int found = Math.min(least[row][column] + changed,
                        Math.min(least[row + 1][column], least[row][column + 1]) + 1);
                int swapped = least[before][along] + (row - before - 1) + 1 + (column - along - 1);
                least[row + 1][column + 1] = Math.min(found, swapped);
            }
            seen[one[row - 1] & 255] = row;
        }
        return least[one.length + 1][other.length + 1];
    }
}
