package akkoord.conformance;

import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.mustangproject.validator.ZUGFeRDValidator;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * Holds PDFs against PDF/A-3b (veraPDF), and these and CII against Factur-X (Mustang).
 *
 * <pre>ValidateHybrid FILE...</pre>
 *
 * One line a finding, "FILE: error|warning RULE PLACE: text", and one at the end with the sums. Exit status 0 when
 * nothing was found, 1 when something was; 2 when there was nothing to look at.
 *
 * Mustang adds up again what a document says. Where prices include VAT (a file whose name begins with "gross-"), its
 * total may be a cent beside the price that is paid, and so may that of a credit note over a part ("partial-"), which
 * gives way so that an invoice's notes together are the invoice: only there its arithmetic is not asked. sums.py knows
 * better.
 */
public final class ValidateHybrid {
    private int findings;
    private int pdfs;

    private ValidateHybrid() {
        VeraGreenfieldFoundryProvider.initialise();
    }

    public static void main(String[] files) {
        if (files.length == 0) {
            System.err.println("usage: ValidateHybrid FILE...");
            System.exit(2);
        }
        ValidateHybrid validate = new ValidateHybrid();
        for (String file : files) {
            validate.check(new File(file));
        }
        System.out.printf("%4d PDFs by veraPDF%n%d documents by Mustang, %d findings%n", validate.pdfs, files.length,
                validate.findings);
        System.exit(validate.findings == 0 ? 0 : 1);
    }

    private void check(File file) {
        try {
            if (file.getName().endsWith(".pdf")) {
                pdfs++;
                checkArchivable(file);
            }
            checkInvoice(file);
        } catch (Exception problem) {
            report(file, "error", "unreadable", "/", String.valueOf(problem.getMessage()));
        }
    }

    private void checkArchivable(File file) throws Exception {
        PDFAFlavour flavour = PDFAFlavour.PDFA_3_B;
        try (InputStream stream = new FileInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(stream, flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            for (TestAssertion failed : result.getTestAssertions()) {
                report(file, "error", "PDF/A-" + failed.getRuleId().getClause(), failed.getLocation().getContext(),
                        failed.getMessage());
            }
            if (!result.isCompliant() && result.getTestAssertions().isEmpty()) {
                report(file, "error", "PDF/A", "/", "not compliant");
            }
        }
    }

    private void checkInvoice(File file) throws Exception {
        ZUGFeRDValidator validator = new ZUGFeRDValidator();
        validator.disableNotices();
        if (file.getName().startsWith("gross-") || file.getName().startsWith("partial-")) {
            validator.disableArithmeticCheck();
        }
        String report = validator.validate(file.getPath());
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(report)));
        int before = findings;
        for (String level : List.of("exception", "error", "warning")) {
            reportAll(file, level, document.getElementsByTagName(level));
        }
        if (!validator.wasCompletelyValid() && findings == before) {
            report(file, "error", "mustang", "/", "not valid");
        }
    }

    private void reportAll(File file, String level, NodeList found) {
        for (int i = 0; i < found.getLength(); i++) {
            Element element = (Element) found.item(i);
            report(file, level.equals("warning") ? "warning" : "error", "mustang-" + element.getAttribute("type"),
                    element.hasAttribute("location") ? element.getAttribute("location") : "/",
                    element.getTextContent());
        }
    }

    private void report(File file, String level, String rule, String place, String text) {
        findings++;
        System.out.printf("%s: %s %s %s: %s%n", file, level, rule, place, text.replaceAll("\\s+", " ").trim());
    }
}
