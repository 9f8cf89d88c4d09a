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
import com.helger.phive.peppol.PeppolValidation;
import com.helger.phive.peppol.PeppolValidation2026_05;
import com.helger.phive.simplerinvoicing.SimplerInvoicingValidation;
import com.helger.phive.xml.source.IValidationSourceXML;
import com.helger.phive.xml.source.ValidationSourceXML;
import com.helger.phive.zugferd.ZugferdValidation;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Holds documents against the schemas of UBL 2.1 and CII D16B, and the rules that each says it follows: EN 16931 for
 * all, and NLCIUS, Peppol BIS Billing 3.0 or Factur-X beside it.
 *
 * <pre>Validate FILE...</pre>
 *
 * One line a finding, "FILE: error|warning RULE PLACE: text", and one at the end with the sums. Exit status 0 when
 * nothing was found, 1 when something was: a warning counts as much as an error. 2 when there was nothing to look at.
 */
public final class Validate {
    private static final String INVOICE = "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice";
    private static final String CREDIT_NOTE = "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote";
    private static final String CII =
            "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice";
    private static final String PLAIN = "urn:cen.eu:en16931:2017";
    private static final String NLCIUS = PLAIN + "#compliant#urn:fdc:nen.nl:nlcius:v1.0";
    private static final String PEPPOL = PLAIN + "#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0";

    /** By root and specification (BT-24), with a space between. Peppol's set holds the rules of EN 16931 too. */
    private static final Map<String, List<DVRCoordinate>> RULES = Map.of(
            INVOICE + " " + PLAIN, List.of(EN16931Validation.VID_UBL_INVOICE_1316),
            CREDIT_NOTE + " " + PLAIN, List.of(EN16931Validation.VID_UBL_CREDIT_NOTE_1316),
            INVOICE + " " + NLCIUS, List.of(EN16931Validation.VID_UBL_INVOICE_1316,
                    SimplerInvoicingValidation.VID_SI_INVOICE_V2_0_3_12),
            CREDIT_NOTE + " " + NLCIUS, List.of(EN16931Validation.VID_UBL_CREDIT_NOTE_1316,
                    SimplerInvoicingValidation.VID_SI_CREDIT_NOTE_V2_0_3_12),
            INVOICE + " " + PEPPOL, List.of(PeppolValidation2026_05.VID_OPENPEPPOL_INVOICE_UBL_V3),
            CREDIT_NOTE + " " + PEPPOL, List.of(PeppolValidation2026_05.VID_OPENPEPPOL_CREDIT_NOTE_UBL_V3),
            CII + " " + PLAIN, List.of(EN16931Validation.VID_CII_1316, ZugferdValidation.VID_ZUGFERD_2_4_EN16931));

    private final ValidationExecutorSetRegistry<IValidationSourceXML> rules = new ValidationExecutorSetRegistry<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private int findings;

    private Validate() {
        EN16931Validation.initEN16931(rules);
        SimplerInvoicingValidation.initSimplerInvoicing(rules);
        PeppolValidation.initStandard(rules);
        ZugferdValidation.initZugferd(rules);
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
        validate.counts.forEach((rules, count) -> System.out.printf("%4d under %s%n", count, rules));
        System.out.printf("%d documents, %d findings%n", files.length, validate.findings);
        System.exit(validate.findings == 0 ? 0 : 1);
    }

    private void check(File file) {
        String form;
        try {
            form = formOf(file);
        } catch (java.io.IOException | XMLStreamException problem) {
            report(file, "error", "unreadable", "", problem.getMessage());
            return;
        }
        List<DVRCoordinate> names = RULES.get(form);
        if (names == null) {
            report(file, "error", "unknown-format", "/", "no rules for " + form);
            return;
        }
        for (DVRCoordinate name : names) {
            counts.merge(name.getAsSingleID(), 1, Integer::sum);
            validate(file, rules.getOfID(name));
        }
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

    /** The root's name, and the text of the first element that holds one: the specification, in both syntaxes. */
    private static String formOf(File file) throws java.io.IOException, XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try (InputStream stream = new FileInputStream(file)) {
            XMLStreamReader reader = factory.createXMLStreamReader(stream);
            reader.nextTag();
            String root = reader.getName().toString();
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.CHARACTERS && !reader.isWhiteSpace()) {
                    return root + " " + reader.getText().trim();
                }
            }
            return root;
        }
    }
}
