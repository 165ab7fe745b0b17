package io.dimsieve.study.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class SvgTest {

  private static Svg drawing() {
    Svg svg = new Svg(30, 20, "a < b & \"c\"");
    svg.line("axis", 1, 2.25, 3, 4);
    svg.rectangle("band", 0, 0, -1, 5);
    svg.polyline("curve", 0, 1, 2, 3);
    svg.shape("mark", "M0 0Z", 4, 5);
    svg.words("label", 6, 7, "end", "1 < 2");
    return svg;
  }

  @Test
  void aPieceOfAPageHasNoStyleOfItsOwn() {
    assertEquals(
        """
        <svg viewBox="0 0 30.0 20.0" role="img" aria-label="a &lt; b &amp; &quot;c&quot;">
        <line class="axis" x1="1.0" y1="2.3" x2="3.0" y2="4.0"/>
        <rect class="band" x="0.0" y="0.0" width="0.0" height="5.0"/>
        <polyline class="curve" points="0.0,1.0 2.0,3.0"/>
        <path class="mark" d="M0 0Z" transform="translate(4.0 5.0)"/>
        <text class="label" x="6.0" y="7.0" text-anchor="end">1 &lt; 2</text>
        </svg>
        """,
        drawing().finish());
  }

  @Test
  void aFileIsWellFormedAndCarriesItsStyle() throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    Document file = factory.newDocumentBuilder().parse(new InputSource(new StringReader(drawing().finish(".axis { stroke: #000; }\n"))));
    assertEquals("http://www.w3.org/2000/svg", file.getDocumentElement().getNamespaceURI());
    assertEquals("a < b & \"c\"", file.getDocumentElement().getAttribute("aria-label"));
    assertEquals("\n.axis { stroke: #000; }\n", file.getElementsByTagName("style").item(0).getTextContent());
    assertEquals(1, file.getElementsByTagName("line").getLength());
  }
}
