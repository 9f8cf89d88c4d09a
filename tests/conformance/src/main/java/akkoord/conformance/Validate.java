package akkoord.conformance;

import com.helger.diagnostics.error.IError;
import com.helger.diver.api.coord.DVRCoordinate;
import com.helger.io.resource.FileSystemResource;
import com.helger.phive.api.execute.ValidationExecutionManager;
import com.helger.phive.api.executorset.IValidationExecutorSet;
import com.helger.phive.api.executorset.ValidationExecutorSetRegistry;
import com.helger.phive.api.result.ValidationResult;
import com.helger.phive.api.result.ValidationResultList;
import com.helger.phive.api.validity.IValidityDeterminator;
import com.helger.phive.en16931.EN16931Validation;
import com.helger.phive.xml.source.IValidationSourceXML;
import com.helger.phive.xml.source.ValidationSourceXML;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Locale;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Holds documents against the UBL 2.1 schemas and the rules of EN 16931.
 *
 * <pre>Validate FILE...</pre>
 *
 * One line a finding, "FILE: error|warning RULE PLACE: text", and one at the end with the sums. Exit status 0 when
 * nothing was found, 1 when something was: a warning counts as much as an error. 2 when there was nothing to look at.
 */
public final class Validate {
    private final ValidationExecutorSetRegistry<IValidationSourceXML> rules = new ValidationExecutorSetRegistry<>();
    private int findings;

    private Validate() {
        EN16931Validation.initEN16931(rules);
    }

    public static void main(String[] files) {
        if (files.length == 0) {
            System.err.println("usage: Validate FILE...");
            System.exit(2);
        }
        Validate validate = new Validate();
        for (String file : files) {
            validate.check(new File(file));
        }
        System.out.printf("%d documents, %d findings%n", files.length, validate.findings);
        System.exit(validate.findings == 0 ? 0 : 1);
    }

    private void check(File file) {
        String root;
        try {
            root = rootOf(file);
        } catch (java.io.IOException | XMLStreamException problem) {
            report(file, "error", "unreadable", "", problem.getMessage());
            return;
        }
        DVRCoordinate name;
        switch (root) {
            case "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice":
                name = EN16931Validation.VID_UBL_INVOICE_1316;
                break;
            case "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote":
                name = EN16931Validation.VID_UBL_CREDIT_NOTE_1316;
                break;
            default:
                report(file, "error", "unknown-format", "/", "no rules for a document that begins with " + root);
                return;
        }
        validate(file, rules.getOfID(name));
    }

    private void validate(File file, IValidationExecutorSet<IValidationSourceXML> set) {
        ValidationResultList results = ValidationExecutionManager.executeValidation(
                IValidityDeterminator.createDefault(), set, ValidationSourceXML.create(new FileSystemResource(file)),
                Locale.ENGLISH);
        for (ValidationResult result : results) {
            if (result.isSkipped()) {
                report(file, "error", "skipped", "/", result.getValidationArtefact().toString());
            }
            for (IError finding : result.getErrorList()) {
                report(file, finding.getErrorLevel().isError() ? "error" : "warning",
                        finding.hasErrorID() ? finding.getErrorID() : "schema",
                        finding.hasErrorFieldName() ? finding.getErrorFieldName() : place(finding),
                        finding.getErrorText(Locale.ENGLISH));
            }
        }
    }

    private static String place(IError finding) {
        return finding.hasErrorLocation() ? finding.getErrorLocation().getAsString() : "/";
    }

    private void report(File file, String level, String rule, String place, String text) {
        findings++;
        System.out.printf("%s: %s %s %s: %s%n", file, level, rule, place, text.replaceAll("\\s+", " ").trim());
    }

    private static String rootOf(File file) throws java.io.IOException, XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        try (InputStream stream = new FileInputStream(file)) {
            XMLStreamReader reader = factory.createXMLStreamReader(stream);
            reader.nextTag();
            return reader.getName().toString();
        }
    }
}
